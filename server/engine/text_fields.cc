#include "server/engine/text_fields.h"

#include <initializer_list>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "provision/v1/spec.pb.h"
#include "provision/v1/step.pb.h"

namespace pe {
namespace {

using google::protobuf::FieldDescriptor;
using Fields = absl::flat_hash_set<const FieldDescriptor*>;

template <typename Message>
void Add(std::initializer_list<const char*> names, Fields* out) {
  for (const char* name : names) out->insert(Message::descriptor()->FindFieldByName(name));
}

Fields PlainFields() {
  using namespace provision::v1;
  Fields out;
  Add<ServiceSpec>({"name", "version", "variables", "os", "security"}, &out);
  Add<Step>({"id", "after", "when", "for_each", "notify", "on"}, &out);
  Add<Monitoring::Prometheus>({"resource"}, &out);
  return out;
}

Fields FreeTextFields() {
  using namespace provision::v1;
  Fields out;
  Add<ServiceSpec>({"version"}, &out);
  Add<Variable>({"description", "default"}, &out);
  Add<Step>({"when", "for_each"}, &out);
  return out;
}

Fields SecretFields() {
  using namespace provision::v1;
  Fields out;
  Add<File>({"content"}, &out);
  Add<FileEdit::Line>({"line"}, &out);
  Add<FileEdit::Block>({"content"}, &out);
  Add<FileEdit::Replace>({"replacement"}, &out);
  Add<FileEdit::Ini>({"value"}, &out);
  Add<FileEdit::Json>({"value"}, &out);
  Add<Exec>({"stdin"}, &out);
  Add<Exec::EnvironmentVariable>({"value"}, &out);
  Add<User>({"password_hash"}, &out);
  Add<Probe::Http>({"headers"}, &out);
  return out;
}

}  // namespace

bool IsPlain(const FieldDescriptor* field) {
  static const Fields& fields = *new Fields(PlainFields());
  return fields.contains(field);
}

bool IsFreeText(const FieldDescriptor* field) {
  static const Fields& fields = *new Fields(FreeTextFields());
  return fields.contains(field);
}

bool MayHoldSecret(const FieldDescriptor* field) {
  static const Fields& fields = *new Fields(SecretFields());
  return fields.contains(field);
}

}  // namespace pe
