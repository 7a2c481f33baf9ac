#include "server/api/status_convert.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/api/api_errors.h"
#include "server/api/limits.h"
#include "server/engine/errors.h"

namespace pe {
namespace {

google::rpc::Status Details(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), status.error_code());
  EXPECT_EQ(details.message(), status.error_message());
  return details;
}

TEST(StatusConvert, OkIsOk) { EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok()); }

TEST(StatusConvert, EveryCodeKeepsItsMeaning) {
  for (int code = 1; code <= 16; ++code) {
    const grpc::Status status = ToGrpc(absl::Status(static_cast<absl::StatusCode>(code), "x"));
    EXPECT_EQ(static_cast<int>(status.error_code()), code);
    EXPECT_EQ(status.error_message(), "x");
    EXPECT_TRUE(status.error_details().empty());
  }
}

TEST(StatusConvert, DetailsTravel) {
  const grpc::Status status = ToGrpc(WatchDrained(42));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  const google::rpc::Status details = Details(status);
  google::rpc::ErrorInfo info;
  google::rpc::RetryInfo retry;
  for (const auto& any : details.details()) any.UnpackTo(&info) || any.UnpackTo(&retry);
  EXPECT_EQ(info.reason(), "ENGINE_DRAINING");
  EXPECT_EQ(info.domain(), "provision.dev");
  EXPECT_EQ(info.metadata().at("last_seq"), "42");
  EXPECT_GT(retry.retry_delay().seconds(), 0);
}

TEST(StatusConvert, ManyViolationsAreBoundedAndCounted) {
  std::vector<Violation> violations;
  for (int i = 0; i < 5000; ++i)
    violations.push_back({absl::StrCat("spec.steps[", i, "].file.path"), "must be an absolute path"});
  const grpc::Status status = ToGrpc(InvalidRequest(violations));
  EXPECT_LE(status.error_message().size(), kMaxErrorMessageBytes);
  EXPECT_LE(status.error_details().size(), kMaxErrorDetailBytes + kMaxErrorMessageBytes + 256);
  google::rpc::BadRequest bad;
  const google::rpc::Status details = Details(status);
  ASSERT_EQ(details.details_size(), 1);
  ASSERT_TRUE(details.details(0).UnpackTo(&bad));
  EXPECT_EQ(bad.field_violations(0).field(), "spec.steps[0].file.path");
  const int kept = bad.field_violations_size() - 1;
  EXPECT_GT(kept, 30);
  EXPECT_NE(bad.field_violations(kept).description().find(absl::StrCat("and ", 5000 - kept, " more")),
            std::string::npos)
      << bad.field_violations(kept).description();
}

TEST(StatusConvert, OneViolationOfAnySizeFits) {
  const grpc::Status status = ToGrpc(InvalidRequest({{std::string(100'000, 'f'), std::string(100'000, 'd')}}));
  google::rpc::BadRequest bad;
  ASSERT_EQ(Details(status).details_size(), 1);
  ASSERT_TRUE(Details(status).details(0).UnpackTo(&bad));
  EXPECT_EQ(bad.field_violations_size(), 1);
  EXPECT_LE(status.error_details().size(), 6000u);
}

}  // namespace
}  // namespace pe
