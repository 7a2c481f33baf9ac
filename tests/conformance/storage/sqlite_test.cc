#include <filesystem>

#include "base/random.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/conformance/storage/store_suite.h"
#include "tests/conformance/storage/temp_folder.h"

namespace pe {
namespace {

class SqlitePlace final : public StorePlace {
 public:
  std::unique_ptr<Store> Open() override {
    // A short log, so that the suite runs through checkpoints.
    absl::StatusOr<std::unique_ptr<Store>> store =
        OpenSqliteStore({.folder = folder_.path() + "/data", .checkpoint_pages = 20}, random_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }
  std::string BackupPath() override { return folder_.path() + "/copy.db"; }
  std::unique_ptr<StorePlace> Restore(const std::string& copy) override {
    auto place = std::make_unique<SqlitePlace>();
    std::filesystem::create_directory(place->folder_.path() + "/data");
    std::filesystem::permissions(place->folder_.path() + "/data", std::filesystem::perms::owner_all);
    std::filesystem::copy_file(copy, place->folder_.path() + "/data/provision.db");
    return place;
  }

 private:
  TempFolder folder_;
  SystemRandom random_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreSuite,
                         testing::Values(StoreBackend{"sqlite", true, [] { return std::make_unique<SqlitePlace>(); }}));

}  // namespace
}  // namespace pe
