// PE_MUTANT(name): a bug that can be switched on, to show that a checker catches it. It is the constant `false` in all
// that is shipped; only the binary of tests/mutants is compiled with PE_MUTANTS, once for all mutants.
#ifndef BASE_MUTANT_H_
#define BASE_MUTANT_H_

#ifdef PE_MUTANTS
#include <cstring>

namespace pe {
// The one that is on; null: none. Set before anything else runs.
inline const char* active_mutant = nullptr;
inline bool MutantIsOn(const char* name) { return active_mutant != nullptr && std::strcmp(active_mutant, name) == 0; }
}  // namespace pe
#define PE_MUTANT(name) (::pe::MutantIsOn(#name))
#else
#define PE_MUTANT(name) false
#endif

#endif  // BASE_MUTANT_H_
