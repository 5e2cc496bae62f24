#pragma once

#include <cstring>
#include <initializer_list>

namespace facelex {

/// Whether this processor has the instructions that kernels for AVX2 (with FMA) and for AVX-512 (F, DQ, VL)
/// are compiled to. No on others than x86-64.
bool has_avx2();
bool has_avx512();

/// A table of kernels that is compiled for each kind of processor (facelex_kernels in src/CMakeLists.txt) and
/// chosen when the program runs. Only x86-64 needs to define the first two.
template <class Kernels, const Kernels& avx512, const Kernels& avx2, const Kernels& portable>
struct KernelChoice {
  /// "avx512", "avx2" or "portable"; nullptr when this processor or this build lacks it.
  static const Kernels* named(const char* name) {
#ifdef __x86_64__
    if (std::strcmp(name, "avx512") == 0) return has_avx512() ? &avx512 : nullptr;
    if (std::strcmp(name, "avx2") == 0) return has_avx2() ? &avx2 : nullptr;
#endif
    return std::strcmp(name, "portable") == 0 ? &portable : nullptr;
  }

  /// The fastest that this processor can run.
  static const Kernels& fastest() {
    static const Kernels* const kernels = [] {
      for (const char* name : {"avx512", "avx2"})
        if (const Kernels* found = named(name)) return found;
      return &portable;
    }();
    return *kernels;
  }
};

}  // namespace facelex
