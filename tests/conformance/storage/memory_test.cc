#include "storage/memory/memory_store.h"
#include "tests/conformance/storage/store_suite.h"

namespace pe {
namespace {

class MemoryPlace final : public StorePlace {
 public:
  std::unique_ptr<Store> Open() override { return std::make_unique<MemoryStore>(); }
};

INSTANTIATE_TEST_SUITE_P(Memory, StoreSuite, testing::Values(StoreBackend{"memory", false, [] {
                                                                            return std::make_unique<MemoryPlace>();
                                                                          }}));

}  // namespace
}  // namespace pe
