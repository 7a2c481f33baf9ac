// Checks of the kinds that change files.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/engine/validate_body.h"

namespace pe {
namespace {

using provision::v1::FileEdit;

template <typename Message>
void CheckOwnership(const Message& m, const FieldPath& path, Report* report) {
  report->Optional(path, "mode", m.mode(), rule::Mode);
  report->Optional(path, "owner", m.owner(), rule::Owner);
  report->Optional(path, "group", m.group(), rule::Owner);
}

void CheckValidate(const google::protobuf::RepeatedPtrField<std::string>& argv, const FieldPath& path, Report* report) {
  if (argv.empty()) return;
  report->Required(path, "validate", argv[0], rule::Program);
  report->Each(path, "validate", argv, rule::Argument);
  for (const std::string& argument : argv) {
    if (absl::StrContains(argument, "%s") || report->Unknown(argument)) return;
  }
  report->Add(path, "validate", "has no %s, which stands for the path of the new content");
}

void CheckLine(const FileEdit::Line& line, const FieldPath& path, Report* report) {
  const bool absent = line.state() == provision::v1::ABSENT;
  if (line.line().empty() && !(absent && !line.match().empty())) report->Add(path, "line", "is required");
  report->Optional(path, "line", line.line(), rule::OneLine);
  report->Optional(path, "match", line.match(), rule::Pattern);
  report->Optional(path, "after", line.after(), rule::Pattern);
  if (absent && !line.after().empty()) report->Add(path, "after", "has no meaning with state ABSENT");
}

void CheckBlock(const FileEdit::Block& block, const FieldPath& path, Report* report) {
  report->Required(path, "marker", block.marker(), rule::OneLine);
  report->Optional(path, "comment", block.comment(), rule::OneLine);
  report->Optional(path, "content", block.content(), rule::NoNul);
}

void CheckIni(const FileEdit::Ini& ini, const FieldPath& path, Report* report) {
  report->Required(path, "key", ini.key(), rule::OneLine);
  if (absl::StrContains(ini.key(), "=") && !report->Unknown(ini.key()))
    report->Add(path, "key", "has a '=', which ends a key");
  report->Optional(path, "section", ini.section(), rule::OneLine);
  if (absl::StrContains(ini.section(), "]") && !report->Unknown(ini.section()))
    report->Add(path, "section", "has a ']'; write it without brackets");
  report->Optional(path, "value", ini.value(), rule::OneLine);
}

void CheckJson(const FileEdit::Json& json, const FieldPath& path, Report* report) {
  report->Required(path, "pointer", json.pointer(), rule::JsonPointer);
  if (json.state() != provision::v1::ABSENT) report->Required(path, "value", json.value(), rule::JsonText);
}

}  // namespace

void Check(const provision::v1::File& file, const FieldPath& path, Report* report) {
  report->Required(path, "path", file.path(), rule::AbsolutePath);
  if (file.path() == "/") report->Add(path, "path", "'/' is a directory");
  CheckOwnership(file, path, report);
  CheckValidate(file.validate(), path, report);
  if (file.state() == provision::v1::ABSENT && file.source_case() != provision::v1::File::SOURCE_NOT_SET) {
    report->Add(path, "state", "ABSENT removes the file, so content and data have no meaning");
  }
}

void Check(const provision::v1::Directory& directory, const FieldPath& path, Report* report) {
  report->Required(path, "path", directory.path(), rule::AbsolutePath);
  CheckOwnership(directory, path, report);
  const bool absent = directory.state() == provision::v1::ABSENT;
  if (directory.recurse() && !absent) report->Add(path, "recurse", "has a meaning only with state ABSENT");
  // A mistake here, such as a variable with a wrong value, would cost the host.
  const bool top_level = directory.path().rfind('/') == 0;
  if (absent && directory.path() == "/") report->Add(path, "path", "'/' cannot be removed");
  else if (absent && directory.recurse() && top_level && !report->Unknown(directory.path())) {
    report->Add(path, "path",
                absl::StrCat("'", directory.path(),
                             "' is a top-level directory, which is not removed with all that is inside"));
  }
}

void Check(const provision::v1::Symlink& link, const FieldPath& path, Report* report) {
  report->Required(path, "path", link.path(), rule::AbsolutePath);
  if (link.state() != provision::v1::ABSENT) report->Required(path, "target", link.target(), rule::OneLine);
  if (link.target().size() > 4095) report->Add(path, "target", "is longer than a link may be (4095 bytes)");
}

void Check(const FileEdit& edit, const FieldPath& path, Report* report) {
  report->Required(path, "path", edit.path(), rule::AbsolutePath);
  CheckValidate(edit.validate(), path, report);
  switch (edit.edit_case()) {
    case FileEdit::kLine:
      return CheckLine(edit.line(), FieldPath(path, "line"), report);
    case FileEdit::kBlock:
      return CheckBlock(edit.block(), FieldPath(path, "block"), report);
    case FileEdit::kReplace:
      return report->Required(FieldPath(path, "replace"), "match", edit.replace().match(), rule::Pattern);
    case FileEdit::kIni:
      return CheckIni(edit.ini(), FieldPath(path, "ini"), report);
    case FileEdit::kJson:
      return CheckJson(edit.json(), FieldPath(path, "json"), report);
    case FileEdit::EDIT_NOT_SET:
      return report->Add(path, "has no change; set one of line, block, replace, ini and json");
  }
}

void Check(const provision::v1::Download& download, const FieldPath& path, Report* report) {
  report->Required(path, "url", download.url(), rule::Url);
  report->Required(path, "sha256", download.sha256(), rule::Sha256);
  report->Required(path, "path", download.path(), rule::AbsolutePath);
  CheckOwnership(download, path, report);
}

}  // namespace pe
