#include "tests/bench/api/raw_servers.h"

#include <grpcpp/grpcpp.h>
#include <sqlite3.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "provision/v1/provision_service.grpc.pb.h"

namespace pe::bench {
namespace {

using provision::v1::ProvisionService;

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) std::abort();
  std::string out;
  for (const grpc::Slice& slice : slices) out.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return out;
}

// Calls that wait for the commit that they are in.
class Committer {
 public:
  explicit Committer(const std::string& file) : table_(file), thread_([this] { Loop(); }) {}

  void Add(std::string row, grpc::ServerUnaryReactor* reactor) {
    const std::lock_guard lock(mutex_);
    rows_.push_back(std::move(row));
    reactors_.push_back(reactor);
    came_.notify_one();
  }

 private:
  [[noreturn]] void Loop() {
    while (true) {
      std::vector<std::string> rows;
      std::vector<grpc::ServerUnaryReactor*> reactors;
      {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [this] { return !rows_.empty(); });
        rows.swap(rows_);
        reactors.swap(reactors_);
      }
      table_.Commit(rows);
      for (grpc::ServerUnaryReactor* reactor : reactors) reactor->Finish(grpc::Status::OK);
    }
  }

  RawTable table_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> rows_;
  std::vector<grpc::ServerUnaryReactor*> reactors_;
  std::thread thread_;
};

// Bytes in, bytes out, nothing in between but the commit, if there is one.
class RawService final : public ProvisionService::WithRawCallbackMethod_Provision<ProvisionService::Service> {
 public:
  RawService(const std::string& response, Committer* committer)
      : slice_(response), response_(&slice_, 1), committer_(committer) {}
  grpc::ServerUnaryReactor* Provision(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override {
    *response = response_;
    auto* reactor = context->DefaultReactor();
    if (committer_ != nullptr) {
      committer_->Add(BytesOf(*request), reactor);
    } else {
      reactor->Finish(grpc::Status::OK);
    }
    return reactor;
  }

 private:
  const grpc::Slice slice_;
  const grpc::ByteBuffer response_;
  Committer* const committer_;
};

}  // namespace

RawTable::RawTable(const std::string& file) {
  if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK) std::abort();
  Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE jobs(id TEXT PRIMARY KEY, body BLOB) STRICT, "
      "WITHOUT ROWID;");
  sqlite3_prepare_v2(db_, "INSERT INTO jobs VALUES(?,?)", -1, &insert_, nullptr);
}

RawTable::~RawTable() {
  sqlite3_finalize(insert_);
  sqlite3_close(db_);
}

void RawTable::Run(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) std::abort();
}

void RawTable::Commit(const std::vector<std::string>& rows) {
  Run("BEGIN IMMEDIATE");
  for (const std::string& row : rows) {
    const std::string id = absl::StrCat("job-", 100'000'000 + next_++);
    sqlite3_bind_text(insert_, 1, id.data(), static_cast<int>(id.size()), SQLITE_STATIC);
    sqlite3_bind_blob(insert_, 2, row.data(), static_cast<int>(row.size()), SQLITE_STATIC);
    if (sqlite3_step(insert_) != SQLITE_DONE) std::abort();
    sqlite3_reset(insert_);
  }
  Run("COMMIT");
}

void ServeRaw(ChildProcess::Link link, const std::string& socket, const std::string& response,
              const std::string& database) {
  std::unique_ptr<Committer> committer;
  if (!database.empty()) committer = std::make_unique<Committer>(database);
  RawService service(response, committer.get());
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + socket, grpc::InsecureServerCredentials());
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  link.Say("ready");
  std::string line;
  link.Hear(&line);
  _exit(0);
}

}  // namespace pe::bench
