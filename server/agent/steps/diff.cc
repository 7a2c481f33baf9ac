#include "server/agent/steps/diff.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/text.h"

namespace pe::agent {
namespace {

constexpr int kMostEdits = 400;  // memory and time grow with its square: 640 KB, about a millisecond
constexpr int kContext = 3;

using Lines = std::vector<absl::string_view>;

struct Edit {
  char op;  // ' ', '-' or '+'
  absl::string_view line;
};

// With their ends, so that a missing last newline is a difference.
Lines Split(absl::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const size_t length = end == absl::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

std::vector<Edit> WholeReplacement(const Lines& a, const Lines& b) {
  std::vector<Edit> edits;
  for (const auto line : a) edits.push_back({'-', line});
  for (const auto line : b) edits.push_back({'+', line});
  return edits;
}

// Myers' greedy algorithm: the furthest point on each diagonal for 0, 1, 2 ... edits, then the way back.
std::vector<Edit> ShortestScript(const Lines& a, const Lines& b) {
  const int n = static_cast<int>(a.size()), m = static_cast<int>(b.size());
  const int most = std::min(n + m, kMostEdits);
  std::vector<std::vector<int>> trace;
  std::vector<int> furthest(2 * most + 3, 0);
  const int zero = most + 1;
  int edits_needed = -1;
  for (int d = 0; d <= most && edits_needed < 0; ++d) {
    trace.push_back({furthest.begin() + (zero - d), furthest.begin() + (zero + d + 1)});
    for (int k = -d; k <= d; k += 2) {
      const bool down = k == -d || (k != d && furthest[zero + k - 1] < furthest[zero + k + 1]);
      int x = down ? furthest[zero + k + 1] : furthest[zero + k - 1] + 1;
      while (x < n && x - k < m && a[x] == b[x - k]) ++x;
      furthest[zero + k] = x;
      if (x >= n && x - k >= m) edits_needed = d;
    }
  }
  if (edits_needed < 0) return WholeReplacement(a, b);

  std::vector<Edit> reversed;
  int x = n, y = m;
  for (int d = edits_needed; d > 0; --d) {
    const std::vector<int>& before = trace[d];  // diagonal k is at k + d
    const int k = x - y;
    const bool down = k == -d || (k != d && before[k - 1 + d] < before[k + 1 + d]);
    const int previous_x = before[(down ? k + 1 : k - 1) + d];
    const int start_x = down ? previous_x : previous_x + 1;
    for (; x > start_x; --x, --y) reversed.push_back({' ', a[x - 1]});
    if (down) reversed.push_back({'+', b[--y]});
    else reversed.push_back({'-', a[--x]});
  }
  for (; x > 0; --x) reversed.push_back({' ', a[x - 1]});
  return {reversed.rbegin(), reversed.rend()};
}

std::vector<Edit> Script(const Lines& a, const Lines& b) {
  size_t head = 0, tail = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  while (tail < a.size() - head && tail < b.size() - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  std::vector<Edit> edits;
  for (size_t i = 0; i < head; ++i) edits.push_back({' ', a[i]});
  for (const Edit& edit : ShortestScript({a.begin() + head, a.end() - tail}, {b.begin() + head, b.end() - tail}))
    edits.push_back(edit);
  for (size_t i = a.size() - tail; i < a.size(); ++i) edits.push_back({' ', a[i]});
  return edits;
}

void AppendHunk(const std::vector<Edit>& edits, size_t from, size_t to, int old_line, int new_line, std::string* out) {
  int old_count = 0, new_count = 0;
  for (size_t i = from; i < to; ++i) old_count += edits[i].op != '+', new_count += edits[i].op != '-';
  absl::StrAppend(out, "@@ -", old_count == 0 ? old_line - 1 : old_line, ",", old_count, " +",
                  new_count == 0 ? new_line - 1 : new_line, ",", new_count, " @@\n");
  for (size_t i = from; i < to; ++i) {
    absl::StrAppend(out, absl::string_view(&edits[i].op, 1), edits[i].line);
    if (edits[i].line.back() != '\n') absl::StrAppend(out, "\n\\ No newline at end of file\n");
  }
}

bool Binary(absl::string_view text) { return text.substr(0, 8192).find('\0') != absl::string_view::npos; }

}  // namespace

std::string UnifiedDiff(absl::string_view path, absl::string_view before, absl::string_view after) {
  if (before == after) return "";
  if (Binary(before) || Binary(after)) {
    return absl::StrCat(path, ": binary content differs (", Counted(before.size(), "byte"), " before, ", after.size(),
                        " after)\n");
  }
  if (std::max(before.size(), after.size()) > kMostDiffedBytes) {
    return absl::StrCat(path, ": content differs (", Counted(before.size(), "byte"), " before, ", after.size(),
                        " after; too large to show)\n");
  }
  const std::vector<Edit> edits = Script(Split(before), Split(after));
  std::string out = absl::StrCat("--- ", path, "\n+++ ", path, "\n");
  int old_line = 1, new_line = 1;
  size_t counted = 0;
  const auto count_to = [&](size_t end) {
    for (; counted < end; ++counted) old_line += edits[counted].op != '+', new_line += edits[counted].op != '-';
  };
  for (size_t i = 0; i < edits.size();) {
    if (edits[i].op == ' ') {
      ++i;
      continue;
    }
    const size_t from = std::max(counted, i < kContext ? 0 : i - kContext);
    size_t end = i;  // behind the hunk's last change
    for (size_t j = i; j < edits.size() && j < end + 2 * kContext + 1; ++j) {
      if (edits[j].op != ' ') end = j + 1;
    }
    const size_t to = std::min(edits.size(), end + kContext);
    count_to(from);
    AppendHunk(edits, from, to, old_line, new_line, &out);
    count_to(to);
    i = to;
  }
  return out;
}

}  // namespace pe::agent
