#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace facelex {

/// The kinds of processors that tables of kernels are compiled for, the fastest first: AVX-512 (F, DQ, VL),
/// AVX2 (with FMA), and any processor.
enum class KernelKind { avx512, avx2, portable };
constexpr std::array<std::string_view, 3> kernel_kind_names = {"avx512", "avx2", "portable"};

/// The kinds that this processor can run, the fastest first: at least `portable`.
std::vector<KernelKind> kernel_kinds();

/// What the environment variable FACELEX_KERNELS asks for (avx512, avx2 or portable), or the fastest kind
/// that this processor can run when it is not set or empty. Throws Error (usage) when it is another word, and
/// Error (environment) when this processor lacks the kind; both name the kinds that there are.
KernelKind chosen_kernel_kind();

/// A table of kernels that is compiled for each kind of processor (facelex_kernels in src/CMakeLists.txt) and
/// chosen when the program runs. Only x86-64 needs to define the first two.
template <class Kernels, const Kernels& avx512, const Kernels& avx2, const Kernels& portable>
struct KernelChoice {
  /// By the name of its kind; nullptr when there is no such kind, or this processor or this build lacks it.
  static const Kernels* named(std::string_view name) {
    for (const KernelKind kind : kernel_kinds())
      if (name == kernel_kind_names[static_cast<std::size_t>(kind)]) return &of(kind);
    return nullptr;
  }

  /// Those of chosen_kernel_kind(), which is asked once. Throws what that throws.
  static const Kernels& chosen() {
    static const Kernels& kernels = of(chosen_kernel_kind());
    return kernels;
  }

 private:
  static const Kernels& of([[maybe_unused]] KernelKind kind) {
#ifdef __x86_64__
    if (kind == KernelKind::avx512) return avx512;
    if (kind == KernelKind::avx2) return avx2;
#endif
    return portable;
  }
};

}  // namespace facelex
