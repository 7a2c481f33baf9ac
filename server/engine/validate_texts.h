// TextCheck: what holds for every text and enum of a spec wherever it stands: no characters that could make a reference
// to a secret, expressions that compile, secrets only where nobody sees them, known enum values, no fields that this
// engine does not know. Walks messages by reflection, so that a new field needs no code. Not thread-safe.
#ifndef SERVER_ENGINE_VALIDATE_TEXTS_H_
#define SERVER_ENGINE_VALIDATE_TEXTS_H_

#include <google/protobuf/message.h>

#include <string>

#include "provision/v1/spec.pb.h"
#include "server/engine/expression_names.h"
#include "server/engine/report.h"

namespace pe {

class TextCheck {
 public:
  // `names` may be null: then nothing in the message is interpolated. Both outlive this.
  TextCheck(const SpecNames* names, Report* report) : names_(names), report_(report) {}

  void Walk(const google::protobuf::Message& message, const FieldPath& path);
  // `when` (a bool, which may look at the item where there is one) and `for_each` (a list) of a step. REQUIRES: names.
  void Condition(const provision::v1::Step& step, const FieldPath& path);

 private:
  struct Scope;  // what a text may refer to, where the walk is
  void UnknownFields(const google::protobuf::Message& message, const FieldPath& path);
  void WalkFields(const google::protobuf::Message& message, const FieldPath& path, const Scope& scope);
  void WalkField(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field,
                 const FieldPath& path, const Scope& scope);
  void Text(const google::protobuf::FieldDescriptor* field, const std::string& text, const FieldPath& path,
            const Scope& scope);
  void Template(const google::protobuf::FieldDescriptor* field, const std::string& text, const FieldPath& path,
                const Scope& scope);
  void Expression(const FieldPath& path, absl::string_view text, const expression::Environment& names,
                  expression::Type wanted);
  void Enum(const google::protobuf::FieldDescriptor* field, int value, const FieldPath& path);

  const SpecNames* names_;
  Report* report_;
};

}  // namespace pe

#endif  // SERVER_ENGINE_VALIDATE_TEXTS_H_
