// Checks of the kinds that deal with packages and operating systems.
#include <set>

#include "absl/strings/str_cat.h"
#include "server/engine/validate_body.h"

namespace pe {

using provision::v1::Package;

void Check(const provision::v1::OsImage& image, const FieldPath& path, Report* report) {
  report->Required(path, "distribution", image.distribution(), rule::Distribution);
  if (!image.distribution().empty() && image.distribution() != "debian" && !report->Unknown(image.distribution())) {
    report->Add(path, "distribution", absl::StrCat("'", image.distribution(), "' cannot be made; \"debian\" can"));
  }
  report->Required(path, "release", image.release(), rule::Release);
  report->Optional(path, "architecture", image.architecture(), rule::Architecture);
  report->Each(path, "sources", image.sources(), rule::AptSource);
  report->Optional(path, "variant", image.variant(), rule::Distribution);
  report->Each(path, "include", image.include(), rule::PackageName);
  report->Optional(path, "root", image.root(), rule::AbsolutePath);
}

void Check(const provision::v1::Repository& repository, const FieldPath& path, Report* report) {
  report->Required(path, "name", repository.name(), rule::BaseName);
  report->Each(path, "uris", repository.uris(), rule::RepositoryUri);
  report->Each(path, "suites", repository.suites(), rule::Suite);
  report->Each(path, "components", repository.components(), rule::Component);
  report->Each(path, "architectures", repository.architectures(), rule::Architecture);
  report->Optional(path, "signed_by", repository.signed_by(), rule::AbsolutePath);
  if (repository.state() == provision::v1::ABSENT) return;
  if (repository.uris().empty()) report->Add(path, "uris", "is required");
  if (repository.suites().empty()) report->Add(path, "suites", "is required");
}

void Check(const provision::v1::RepositoryKey& key, const FieldPath& path, Report* report) {
  report->Required(path, "name", key.name(), rule::BaseName);
  if (key.state() != provision::v1::ABSENT) report->Required(path, "content", key.content(), rule::PublicKeyBlock);
  report->Optional(path, "fingerprint", key.fingerprint(), rule::Fingerprint);
}

void CheckPackages(const google::protobuf::RepeatedPtrField<Package::Item>& packages, const FieldPath& parent,
                   absl::string_view field, Report* report) {
  std::set<absl::string_view> names;
  for (int i = 0; i < packages.size() && !report->full(); ++i) {
    const FieldPath path(parent, field, i);
    report->Required(path, "name", packages[i].name(), rule::PackageName);
    report->Optional(path, "version", packages[i].version(), rule::PackageVersion);
    if (!packages[i].name().empty() && !names.insert(packages[i].name()).second) {
      report->Add(path, "name", absl::StrCat("'", packages[i].name(), "' is named twice"));
    }
  }
}

void Check(const Package& package, const FieldPath& path, Report* report) {
  if (package.packages().empty()) report->Add(path, "packages", "is required");
  CheckPackages(package.packages(), path, "packages", report);
  report->Range(path, "cache_max_age_ms", package.cache_max_age_ms(), 0, int64_t{365} * 86'400'000);
  if (package.state() != Package::REMOVED && package.state() != Package::LATEST) return;
  for (int i = 0; i < package.packages_size(); ++i) {
    if (package.packages(i).version().empty()) continue;
    report->Add(FieldPath(path, "packages", i), "version", "has a meaning only with state INSTALLED");
  }
}

void Check(const provision::v1::SecurityPatches& patches, const FieldPath& path, Report* report) {
  report->Each(path, "cves", patches.cves(), rule::Cve);
  if (!patches.cves().empty() && patches.patches() == provision::v1::SecurityPatches::NONE) {
    report->Add(path, "cves", "has no meaning with patches NONE");
  }
}

}  // namespace pe
