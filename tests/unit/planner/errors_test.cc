#include "server/engine/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"

namespace pe {
namespace {

template <typename Detail>
Detail Get(const absl::Status& status) {
  Detail out;
  const auto payload = status.GetPayload("type.googleapis.com/" + std::string(Detail::descriptor()->full_name()));
  EXPECT_TRUE(payload.has_value()) << status << " has no " << Detail::descriptor()->full_name();
  EXPECT_TRUE(out.ParseFromString(std::string(payload.value_or(absl::Cord()))));
  return out;
}

std::string Reason(const absl::Status& status) {
  const auto info = Get<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(info.domain(), "provision.dev");
  return info.reason();
}

TEST(Errors, InvalidRequestNamesEveryViolation) {
  const absl::Status status = InvalidRequest({{"spec.name", "is required"}, {"targets", "is required"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "spec.name: is required (and 1 more)");
  const auto bad = Get<google::rpc::BadRequest>(status);
  ASSERT_EQ(bad.field_violations_size(), 2);
  EXPECT_EQ(bad.field_violations(1).field(), "targets");
  EXPECT_EQ(bad.field_violations(1).description(), "is required");
}

TEST(Errors, ResourceInfo) {
  const absl::Status missing = NoSuch("provision.dev/Job", "jobs/x");
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Get<google::rpc::ResourceInfo>(missing).resource_type(), "provision.dev/Job");
  EXPECT_EQ(Get<google::rpc::ResourceInfo>(missing).resource_name(), "jobs/x");
  const absl::Status exists = ResourceExists("resources/web-1");
  EXPECT_EQ(exists.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Get<google::rpc::ResourceInfo>(exists).resource_name(), "resources/web-1");
}

TEST(Errors, CodesAndReasons) {
  EXPECT_EQ(RequestIdReused("r", "jobs/x").code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Reason(RequestIdReused("r", "jobs/x")), "REQUEST_ID_REUSED");
  EXPECT_EQ(EtagMismatch("resources/a").code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Reason(EtagMismatch("resources/a")), "ETAG_MISMATCH");
  EXPECT_EQ(Precondition("RESOURCE_IN_USE", "m").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Reason(Precondition("RESOURCE_IN_USE", "m")), "RESOURCE_IN_USE");
  EXPECT_EQ(NotImplemented("x").code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(Reason(NotImplemented("x")), "NOT_IMPLEMENTED");
  EXPECT_EQ(BadToken(true).code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Reason(BadToken(true)), "TOKEN_MISSING");
  EXPECT_EQ(Reason(BadToken(false)), "TOKEN_WRONG");
}

TEST(Errors, CursorTooOldCarriesTheOldestSequence) {
  const absl::Status status = CursorTooOld(17);
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Get<google::rpc::ErrorInfo>(status).metadata().at("oldest_available_seq"), "17");
}

TEST(Errors, RetryInfo) {
  const absl::Status status = Overloaded("TOO_MANY_JOBS", "m", 1500);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Get<google::rpc::RetryInfo>(status).retry_delay().seconds(), 1);
  EXPECT_EQ(Get<google::rpc::RetryInfo>(status).retry_delay().nanos(), 500'000'000);
  EXPECT_EQ(Draining().code(), absl::StatusCode::kUnavailable);
  EXPECT_GT(Get<google::rpc::RetryInfo>(Draining()).retry_delay().seconds(), 0);
}

TEST(Errors, ADetachedStoreIsSaidToBeFullOnlyWhenItIs) {
  EXPECT_EQ(Reason(StoreDetached(absl::ResourceExhaustedError("disk full"))), "STORE_FULL");
  for (const auto& why :
       {absl::UnavailableError("I/O error"), absl::DataLossError("damaged"), absl::UnknownError("?")}) {
    EXPECT_EQ(StoreDetached(why).code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(Reason(StoreDetached(why)), "STORE_UNAVAILABLE");
    EXPECT_GT(Get<google::rpc::RetryInfo>(StoreDetached(why)).retry_delay().seconds(), 0);
  }
}

}  // namespace
}  // namespace pe
