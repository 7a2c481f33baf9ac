// The texts of storage/migrations/*.sql, in order, embedded at build: element 0 is migration 1.
#ifndef STORAGE_SQLITE_MIGRATIONS_H_
#define STORAGE_SQLITE_MIGRATIONS_H_

#include <vector>

namespace pe {

const std::vector<const char*>& Migrations();

}  // namespace pe

#endif  // STORAGE_SQLITE_MIGRATIONS_H_
