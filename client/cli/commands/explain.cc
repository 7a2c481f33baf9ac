#include "client/cli/commands/commands.h"
#include "client/cli/exit_code.h"
#include "client/cli/explain/spec_docs.h"

namespace pe::cli {

int Explain(Context* context, const std::string& what) {
  const auto text = SpecDocs().Explain(what);
  if (!text.ok()) return context->FailUsage(absl::string_view(text.status().message()));
  context->Out(*text);
  return kExitOk;
}

}  // namespace pe::cli
