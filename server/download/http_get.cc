#include "server/download/http_get.h"

#include <curl/curl.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "server/download/url_policy.h"

namespace pe {
namespace {

constexpr size_t kMaxIgnored = 64 * 1024;  // of the page that comes with a redirect or an error

// Worth another attempt: the network or the server had a moment.
bool MayPass(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

}  // namespace

// libcurl's C callbacks; `self` is the HttpGet.
struct HttpGet::Callbacks {
  static size_t Body(char* data, size_t, size_t size, void* self) {
    return static_cast<HttpGet*>(self)->OnBody({data, size}) ? size : CURL_WRITEFUNC_ERROR;
  }

  // "Content-Range: bytes 100-199/200"
  static size_t Header(char* data, size_t, size_t size, void* self) {
    absl::string_view line(data, size);
    constexpr absl::string_view kName = "content-range:";
    if (!absl::StartsWithIgnoreCase(line, kName)) return size;
    line = absl::StripAsciiWhitespace(line.substr(kName.size()));
    if (!absl::ConsumePrefix(&line, "bytes ") ||
        !absl::SimpleAtoi(line.substr(0, line.find('-')), &static_cast<HttpGet*>(self)->range_begin_)) {
      static_cast<HttpGet*>(self)->range_begin_ = -1;
    }
    return size;
  }

  static int Progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<HttpGet*>(self)->stop_->load() ? 1 : 0;
  }

  static curl_socket_t Open(void* self, curlsocktype, curl_sockaddr* address) {
    if (!static_cast<HttpGet*>(self)->MayConnect(address->addr)) return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }
};

absl::Status HttpGet::Run(std::string url, int64_t time_left_us, PartFile* part) {
  part_ = part;
  for (int redirects = 0;; ++redirects) {
    PE_RETURN_IF_ERROR(CheckUrl(url, options_.allow_hosts));
    std::string next;
    PE_RETURN_IF_ERROR(Request(url, time_left_us, &next));
    if (next.empty()) return absl::OkStatus();
    if (redirects == options_.max_redirects) {
      return absl::FailedPreconditionError(
          absl::StrCat(ShownUrl(url), " redirects once more after ", redirects, " redirects; name the last URL"));
    }
    url = std::move(next);
  }
}

absl::Status HttpGet::Request(const std::string& url, int64_t time_left_us, std::string* next) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (curl == nullptr) return absl::InternalError("libcurl does not start");
  handle_ = curl.get();
  range_begin_ = -1;
  body_began_ = false;
  ignored_ = 0;
  char detail[CURL_ERROR_SIZE] = "";
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(curl.get(), option, value); };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");  // a proxy of the environment would go where we may not
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_USERAGENT, "provision-engine");
  set(CURLOPT_ERRORBUFFER, detail);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout_us / kMicrosPerMilli));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<int64_t>(1, time_left_us / kMicrosPerMilli)));
  set(CURLOPT_LOW_SPEED_LIMIT, 1024L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(std::max<int64_t>(1, options_.stall_timeout_us / kMicrosPerSecond)));
  set(CURLOPT_WRITEFUNCTION, &Callbacks::Body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &Callbacks::Header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_XFERINFOFUNCTION, &Callbacks::Progress);
  set(CURLOPT_XFERINFODATA, this);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_OPENSOCKETFUNCTION, &Callbacks::Open);
  set(CURLOPT_OPENSOCKETDATA, this);
  const bool resumed = part_->size() > 0;
  const std::string range = absl::StrCat(part_->size(), "-");
  if (resumed) set(CURLOPT_RANGE, range.c_str());

  const CURLcode code = curl_easy_perform(curl.get());
  long answer = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer);
  char* redirect = nullptr;
  curl_easy_getinfo(curl.get(), CURLINFO_REDIRECT_URL, &redirect);
  if (redirect != nullptr && failure_.ok() && !stop_->load()) {
    *next = redirect;
    return absl::OkStatus();
  }
  if (code == CURLE_OK && (answer == 200 || answer == 206)) {
    // Nothing in the body: the content is empty, and what is left of an earlier attempt is not part of it.
    if (!body_began_ && !BeginBody()) return failure_;
    return absl::OkStatus();
  }
  if (answer == 416 && resumed) {  // there is no more than we have, or it is other content
    PE_RETURN_IF_ERROR(part_->Restart());
    return absl::UnavailableError(absl::StrCat(ShownUrl(url), " has nothing behind what was fetched before"));
  }
  return Explain(code, url, detail, resumed);
}

absl::Status HttpGet::Explain(int code, const std::string& url, const char* detail, bool resumed) {
  if (stop_->load()) return absl::CancelledError("the engine is stopping");
  if (!failure_.ok()) return failure_;
  if (!refused_.empty()) {
    return absl::PermissionDeniedError(absl::StrCat(ShownUrl(url), " leads to ", refused_,
                                                    ", which is not on the public internet; the setting "
                                                    "downloads.allowPrivate permits it"));
  }
  long answer = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &answer);
  if (answer >= 300 && (code == CURLE_OK || code == CURLE_WRITE_ERROR)) return Answered(answer, url);
  const std::string text =
      absl::StrCat(ShownUrl(url), ": ", detail[0] != '\0' ? detail : curl_easy_strerror(static_cast<CURLcode>(code)));
  // A resumed transfer that breaks in an unusual way is given a chance as a whole one, by whoever counts attempts.
  return MayPass(static_cast<CURLcode>(code)) || resumed ? absl::UnavailableError(text)
                                                         : absl::FailedPreconditionError(text);
}

absl::Status HttpGet::Answered(long code, const std::string& url) const {
  const std::string text = absl::StrCat(ShownUrl(url), " answered ", code);
  if (code == 408 || code == 425 || code == 429 || code >= 500) return absl::UnavailableError(text);
  if (code == 404 || code == 410) return absl::NotFoundError(absl::StrCat(text, "; check the URL in the spec"));
  if (code == 401 || code == 403)
    return absl::PermissionDeniedError(absl::StrCat(text, "; the content must be readable without a login"));
  return absl::FailedPreconditionError(text);
}

// The first bytes of an answer that is the content: the file is brought to where they belong.
bool HttpGet::BeginBody() {
  body_began_ = true;
  long answer = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &answer);
  if (part_->size() > 0 && (answer != 206 || range_begin_ != part_->size())) failure_ = part_->Restart();
  if (failure_.ok() && answer == 206 && range_begin_ > part_->size()) {
    failure_ = absl::UnavailableError("the server sent another part than was asked for");
  }
  curl_off_t announced = 0;
  curl_easy_getinfo(handle_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  if (failure_.ok() && announced > options_.max_blob_bytes - part_->size()) {
    failure_ = absl::ResourceExhaustedError(
        absl::StrCat("the content is larger than ", options_.max_blob_bytes, " bytes, the most that is fetched"));
  }
  return failure_.ok();
}

bool HttpGet::OnBody(absl::string_view bytes) {
  long answer = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &answer);
  if (answer != 200 && answer != 206) return (ignored_ += bytes.size()) <= kMaxIgnored;
  if (!body_began_ && !BeginBody()) return false;
  if (static_cast<int64_t>(bytes.size()) > options_.max_blob_bytes - part_->size()) {
    failure_ = absl::ResourceExhaustedError(
        absl::StrCat("the content is larger than ", options_.max_blob_bytes, " bytes, the most that is fetched"));
  } else {
    failure_ = part_->Append(bytes);
  }
  return failure_.ok();
}

bool HttpGet::MayConnect(const sockaddr& address) {
  const bool may = options_.may_connect ? options_.may_connect(address) : options_.allow_private || IsPublic(address);
  if (!may) refused_ = AddressText(address);
  return may;
}

}  // namespace pe
