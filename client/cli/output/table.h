// Rows in aligned columns. Cells are one line each and escaped by their maker (progress/words.h, OneLine).
// Pure; thread-compatible.
#ifndef CLIENT_CLI_OUTPUT_TABLE_H_
#define CLIENT_CLI_OUTPUT_TABLE_H_

#include <string>
#include <vector>

namespace pe::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }
  // REQUIRES: as many cells as headings.
  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // With the headings; columns two blanks apart, nothing after the last cell.
  std::string Text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace pe::cli

#endif  // CLIENT_CLI_OUTPUT_TABLE_H_
