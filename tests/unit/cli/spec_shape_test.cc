// Holds what the reader assumes about the proto: a spec has no map fields and no well-known type but Duration.
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>

#include "client/cli/spec_file/scalar.h"
#include "provision/v1/spec.pb.h"

namespace pe::cli {
namespace {

using google::protobuf::Descriptor;

void Walk(const Descriptor* type, std::set<const Descriptor*>* seen) {
  if (!seen->insert(type).second) return;
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* const field = type->field(i);
    EXPECT_FALSE(field->is_map()) << field->full_name()
                                  << ": teach client/cli/spec_file/message_reader.cc to read maps";
    if (field->message_type() == nullptr || IsDuration(*field)) continue;
    EXPECT_EQ(field->message_type()->file()->package(), "provision.v1") << field->full_name();
    Walk(field->message_type(), seen);
  }
}

TEST(SpecShape, HasOnlyWhatTheReaderKnows) {
  std::set<const Descriptor*> seen;
  Walk(provision::v1::ServiceSpec::descriptor(), &seen);
  EXPECT_GT(seen.size(), 30u);
}

}  // namespace
}  // namespace pe::cli
