#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <string_view>

// OpenBLAS takes memory and starts a thread for every processor before main() begins, and tries again for
// ever where the process may not have that much (ulimit -v). Nothing here needs its threads: training asks it
// for one. It reads its setting from the environment that the process was started with, so the process starts
// itself again.

#ifndef FACELEX_SANITIZED

namespace facelex::cli {
namespace {

void start_again_with_one_blas_thread(int, char** arguments, char** environment) {
  constexpr std::string_view setting = "OPENBLAS_NUM_THREADS=";
  rlimit memory{};
  if (getrlimit(RLIMIT_AS, &memory) != 0 || memory.rlim_cur == RLIM_INFINITY) return;
  static char one_thread[] = "OPENBLAS_NUM_THREADS=1";
  static std::array<char*, 4096> settings;  // no heap: the libraries are not ready yet
  std::size_t count = 0;
  settings[count++] = one_thread;
  for (; *environment; ++environment) {
    if (std::string_view(*environment).substr(0, setting.size()) == setting) return;
    if (count + 1 == settings.size()) return;
    settings[count++] = *environment;
  }
  execve("/proc/self/exe", arguments, settings.data());
}

/// What stands in this section runs before the constructors of all libraries.
__attribute__((section(".preinit_array"),
               used)) void (*before_all)(int, char**, char**) = start_again_with_one_blas_thread;

}  // namespace
}  // namespace facelex::cli

#endif
