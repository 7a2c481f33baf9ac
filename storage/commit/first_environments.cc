#include "storage/commit/first_environments.h"

#include "absl/strings/str_cat.h"

namespace pe {
namespace {

provision::v1::Environment First(const char* id, const char* description, bool approval) {
  provision::v1::Environment out;
  out.set_name(absl::StrCat("environments/", id));
  out.set_description(description);
  out.set_approval_required(approval);
  out.set_etag("1");
  return out;
}

}  // namespace

std::vector<provision::v1::Environment> FirstEnvironments() {
  return {First("dev", "For trying things out; jobs that name no environment belong here.", false),
          First("prod", "What users depend on; jobs wait for an approval.", true),
          First("test", "For changes before they go to prod.", false)};
}

}  // namespace pe
