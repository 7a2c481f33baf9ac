// The table of all plain settings: one row each, used by flags, environment, file, printing and checking.
#ifndef SERVER_CONFIG_SETTINGS_H_
#define SERVER_CONFIG_SETTINGS_H_

#include <string>

#include "absl/types/span.h"
#include "server/config/config.h"

namespace pe {

struct Setting {
  const char* key;  // in the file; "a.b" is b within a
  const char* env;
  const char* flag;
  const char* help;
  std::string Config::*field;
  bool can_be_off;  // "off" means none
};

inline constexpr Setting kSettings[] = {
    {"dataDir", "PE_DATA_DIR", "--data-dir", "folder of the database, the keys and the token (made with mode 0700)",
     &Config::data_dir, false},
    {"socket", "PE_SOCKET", "--socket", "unix socket of the API (made with mode 0600), or `off`", &Config::socket,
     true},
    {"listen", "PE_LISTEN", "--listen",
     "127.0.0.1:PORT of the API, port 0 for a free one, or `off`; calls need the token", &Config::listen, true},
    {"httpListen", "PE_HTTP_LISTEN", "--http-listen",
     "127.0.0.1:PORT of the gateway (REST, streams and the page), port 0 for a free one, or `off`",
     &Config::http_listen, true},
    {"httpHosts", "PE_HTTP_HOSTS", "--http-hosts",
     "names besides localhost that the gateway answers to: engine.example.com,...; or `off`", &Config::http_hosts,
     true},
    {"webRoot", "PE_WEB_ROOT", "--web-root", "folder with the page's files instead of those in the program, or `off`",
     &Config::web_root, true},
    {"agentDir", "PE_AGENT_DIR", "--agent-dir", "folder with the agents' binaries", &Config::agent_dir, false},
    {"environment", "PE_ENVIRONMENT", "--environment",
     "environment of jobs and hosts that name none: dev, test, prod ...", &Config::environment, false},
    {"downloads.allowHosts", "PE_DOWNLOAD_HOSTS", "--download-hosts",
     "hosts that `download` steps may fetch from: files.example.com,*.example.org, or `*` for every host",
     &Config::download_hosts, false},
    {"downloads.allowPrivate", "PE_DOWNLOAD_PRIVATE", "--download-private",
     "true: downloads may also come from loopback and private addresses", &Config::download_private, false},
    {"retentionAge", "PE_RETENTION_AGE", "--retention-age",
     "how long events and output are kept after a job's end (30d, 12h, 90m, 45s), or `off`; what the job was and "
     "became "
     "stays",
     &Config::retention_age, true},
    {"retentionSize", "PE_RETENTION_SIZE", "--retention-size",
     "how much of events and output of ended jobs is kept (10GiB, 512MiB), or `off`; the job that ended first goes "
     "first",
     &Config::retention_size, true},
    {"logLevel", "PE_LOG_LEVEL", "--log-level", "debug, info, warning or error", &Config::log_level, false},
    {"logFormat", "PE_LOG_FORMAT", "--log-format", "auto, text or json; auto is text on a terminal",
     &Config::log_format, false},
    {"readyFile", "PE_READY_FILE", "--ready-file", "file written (JSON: socket, address, pid) once calls are served",
     &Config::ready_file, true},
};

}  // namespace pe

#endif  // SERVER_CONFIG_SETTINGS_H_
