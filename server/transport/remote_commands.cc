#include "server/transport/remote_commands.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace pe::transport {
namespace {

// The conversation is in push_dialog.h. One line without single quotes, so that any login shell hands it to sh as it
// is.
// - The folder is root's, 0700: nobody else can put anything there between the check and the start.
// - What arrives goes into a fresh folder (mktemp -d) under a name that cannot exist, is checked there, and becomes
//   visible by rename only when its digest is right. A file that is there already is checked again before it is used.
// - Folders of pushes that broke off are removed after a day; of older agents the newest three stay.
constexpr char kReceive[] =
    "set -eu; umask 077; LC_ALL=C; PATH=/usr/sbin:/usr/bin:/sbin:/bin; export LC_ALL PATH; d=@DIR@; b=$d/bin; "
    "echo \"PE1 $(uname -m) $(id -u)\"; "
    "IFS=\" \" read -r digest size; "
    "case \"$digest\" in *[!0-9a-f]*) exit 65;; esac; case \"$size\" in \"\"|*[!0-9]*) exit 65;; esac; [ ${#digest} "
    "-eq 64 ]; "
    "mkdir -p $b; chmod 0700 $d $b; "
    "for i in $d $b; do if [ -L $i ] || [ ! -O $i ]; then echo \"$i belongs to somebody else\" >&2; exit 77; fi; done; "
    "f=$b/pe-agent-$digest; "
    "check() { [ \"$(sha256sum < $1)\" = \"$digest  -\" ]; }; "
    "find $b -maxdepth 1 -name \".push.*\" -mtime +0 -exec rm -rf {} + || true; "
    "if [ -f $f ] && check $f; then echo HAVE; "
    "else t=$(mktemp -d $b/.push.XXXXXXXX); trap \"rm -rf $t\" EXIT; echo WANT; head -c $size > $t/a; "
    "if ! check $t/a; then echo \"what arrived has another digest\" >&2; exit 74; fi; "
    "chmod 0700 $t/a; sync $t/a 2>/dev/null || sync; mv -f $t/a $f; rm -rf $t; trap - EXIT; fi; "
    "ln -s pe-agent-$digest $b/.link.$$; mv -f $b/.link.$$ $b/pe-agent; "
    "ls -t $b/pe-agent-* | tail -n +4 | while read -r o; do [ $o = $f ] || rm -f $o; done; "
    "echo DONE; exec $b/pe-agent attach";

bool IsPlainPath(absl::string_view path) {
  if (path.empty() || path[0] != '/') return false;
  for (const char c : path) {
    if (!absl::ascii_isalnum(c) && c != '/' && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<RemoteCommands> RemoteCommands::Make(absl::string_view agent_directory) {
  if (!IsPlainPath(agent_directory)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the agent's directory \"", agent_directory,
                     "\" must be an absolute path of letters, digits, '.', '_', '-' and '/'"));
  }
  const std::string attach = absl::StrCat(agent_directory, "/bin/pe-agent attach");
  const std::string receive =
      absl::StrCat("/bin/sh -c '", absl::StrReplaceAll(kReceive, {{"@DIR@", agent_directory}}), "'");
  RemoteCommands commands;
  commands.lines_[0][0] = absl::StrCat("exec ", attach);
  commands.lines_[0][1] = absl::StrCat("exec sudo -n ", attach);
  commands.lines_[1][0] = absl::StrCat("exec ", receive);
  commands.lines_[1][1] = absl::StrCat("exec sudo -n ", receive);
  return commands;
}

}  // namespace pe::transport
