// TextFields: which text fields of the API are interpolated, and which of those may hold secrets. Pure; thread-safe.
#ifndef SERVER_ENGINE_TEXT_FIELDS_H_
#define SERVER_ENGINE_TEXT_FIELDS_H_

#include <google/protobuf/descriptor.h>

namespace pe {

// The field, and everything below it, is taken as it stands: ids, expressions, what decides where a step runs.
bool IsPlain(const google::protobuf::FieldDescriptor* field);
// "${" in a plain field is no mistake: it is free text, or an expression with a text in quotes.
bool IsFreeText(const google::protobuf::FieldDescriptor* field);
// Content that goes into a file or to a program in ways that nobody else on the host or in the API can see. Names,
// paths, arguments, titles and whatever ends in a world-readable file by nature (unit files, package sources) are not.
bool MayHoldSecret(const google::protobuf::FieldDescriptor* field);

}  // namespace pe

#endif  // SERVER_ENGINE_TEXT_FIELDS_H_
