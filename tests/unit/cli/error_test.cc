#include "client/cpp/error.h"

#include <gtest/gtest.h>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"

namespace provision::client {
namespace {

void Attach(const google::protobuf::Message& detail, absl::Status* status) {
  status->SetPayload("type.googleapis.com/" + detail.GetDescriptor()->full_name(),
                     absl::Cord(detail.SerializeAsString()));
}

TEST(Error, DecodesDetails) {
  absl::Status status = absl::InvalidArgumentError("2 violations");
  google::rpc::BadRequest bad;
  bad.add_field_violations()->set_field("spec.name");
  bad.add_field_violations()->set_description("is required");
  Attach(bad, &status);
  google::rpc::ErrorInfo info;
  info.set_reason("CURSOR_TOO_OLD");
  (*info.mutable_metadata())["oldest_available_seq"] = "7";
  Attach(info, &status);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_nanos(250'000'000);
  Attach(retry, &status);
  const ErrorDetails details = DetailsOf(status);
  ASSERT_EQ(details.violations.size(), 2u);
  EXPECT_EQ(details.violations[0].field, "spec.name");
  EXPECT_EQ(details.violations[1].description, "is required");
  EXPECT_EQ(details.reason, "CURSOR_TOO_OLD");
  EXPECT_EQ(details.metadata.at("oldest_available_seq"), "7");
  EXPECT_EQ(details.retry_after_ms, 250);
}

TEST(Error, LeavesOutWhatIsNotThereOrBroken) {
  absl::Status status = absl::NotFoundError("x");
  status.SetPayload("type.googleapis.com/google.rpc.ErrorInfo", absl::Cord("\xff\xff"));
  const ErrorDetails details = DetailsOf(status);
  EXPECT_TRUE(details.violations.empty());
  EXPECT_EQ(details.reason, "");
  EXPECT_FALSE(details.retry_after_ms.has_value());
}

}  // namespace
}  // namespace provision::client
