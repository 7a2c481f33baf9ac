// The store suite: what every backend must do. A backend gives a factory that opens its store in a place that begins
// empty; opening again after the last store was destroyed finds what was durable.
#ifndef TESTS_CONFORMANCE_STORAGE_STORE_SUITE_H_
#define TESTS_CONFORMANCE_STORAGE_STORE_SUITE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "storage/store.h"

namespace pe {

class StorePlace {
 public:
  virtual ~StorePlace() = default;
  // REQUIRES: the store opened before is destroyed.
  virtual std::unique_ptr<Store> Open() = 0;
  // A file name where Backup may write, and a place that begins with that file; null where there are no files.
  virtual std::string BackupPath() { return ""; }
  virtual std::unique_ptr<StorePlace> Restore(const std::string&) { return nullptr; }
};

struct StoreBackend {
  std::string name;
  bool persists = false;  // the durability tests run
  std::function<std::unique_ptr<StorePlace>()> make_place;
};
inline void PrintTo(const StoreBackend& backend, std::ostream* out) { *out << backend.name; }

// ---- Building blocks, free so that tests outside the suite use them too
struct Answered {
  absl::Status status;
  Applied applied;
};
// Submits and waits.
Answered SubmitAndWait(Store& store, Batch batch);
std::future<Answered> SubmitFuture(Store& store, Batch batch);

// A job "jobs/ID" in state PENDING with `targets` targets of two steps each, a spec and a variable.
CreateJob NewJob(const std::string& id, int targets = 2);
provision::v1::Event NewEvent(const std::string& id, int64_t seq);
// Events `first` to `last` of a job, with a summary in `state`.
AppendEvents NewEvents(const std::string& id, int64_t first, int64_t last,
                       provision::v1::Job::State state = provision::v1::Job::RUNNING);
PutResource NewResource(const std::string& id, const std::string& address);

class StoreSuite : public testing::TestWithParam<StoreBackend> {
 protected:
  // Opens the store and takes the lease.
  void SetUp() override;

  void Reopen();  // the process ends and starts again; takes the lease
  Batch NewBatch() const { return {.epoch = lease_.epoch, .now = 1'700'000'000'000'000}; }
  Batch BatchOf(CreateJob create) const;
  Batch BatchOf(AppendEvents append) const;
  Batch BatchOf(PutResource put) const;
  Batch BatchOf(PutEnvironment put) const;
  Batch BatchOf(DeleteEnvironment deletion) const;
  Answered Submit(Batch batch) { return SubmitAndWait(*store_, std::move(batch)); }
  template <typename T>
  absl::Status Put(T thing) {
    return Submit(BatchOf(std::move(thing))).status;
  }
  // Creates job `id` and gives it events 1 to `events`.
  void Create(const std::string& id, int64_t events = 1, provision::v1::Job::State state = provision::v1::Job::RUNNING);
  // Follows pages to the end; fails the test when a page is longer than `limit`.
  std::vector<std::string> ListAll(const JobFilter& filter, int limit);

  std::unique_ptr<StorePlace> place_;
  std::unique_ptr<Store> store_;
  Lease lease_;
};

#define PE_EXPECT_CODE(wanted, expression)                        \
  do {                                                            \
    const absl::Status pe_got = pe::CodeOf(expression);           \
    EXPECT_EQ(absl::StatusCode::wanted, pe_got.code()) << pe_got; \
  } while (false)
#define PE_EXPECT_OK(expression) PE_EXPECT_CODE(kOk, expression)
#define PE_ASSERT_OK(expression)                        \
  do {                                                  \
    const absl::Status pe_got = pe::CodeOf(expression); \
    ASSERT_TRUE(pe_got.ok()) << pe_got;                 \
  } while (false)

inline absl::Status CodeOf(const absl::Status& status) { return status; }
inline absl::Status CodeOf(const Answered& answered) { return answered.status; }
template <typename T>
absl::Status CodeOf(const absl::StatusOr<T>& result) {
  return result.status();
}

}  // namespace pe

#endif  // TESTS_CONFORMANCE_STORAGE_STORE_SUITE_H_
