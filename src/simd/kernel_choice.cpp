#include "facelex/simd/kernel_choice.hpp"

#include <cstdlib>

#include "facelex/core/error.hpp"

namespace facelex {
namespace {

template <class Kinds>
std::string names_of(const Kinds& kinds) {
  std::string names;
  for (const KernelKind kind : kinds)
    names.append(names.empty() ? "" : ", ").append(kernel_kind_names[static_cast<std::size_t>(kind)]);
  return names;
}

}  // namespace

std::vector<KernelKind> kernel_kinds() {
  std::vector<KernelKind> kinds;
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    kinds.push_back(KernelKind::avx512);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) kinds.push_back(KernelKind::avx2);
#endif
  kinds.push_back(KernelKind::portable);
  return kinds;
}

KernelKind chosen_kernel_kind() {
  const std::vector<KernelKind> kinds = kernel_kinds();
  const char* const set = std::getenv("FACELEX_KERNELS");
  const std::string wanted = set ? set : "";
  if (wanted.empty()) return kinds.front();
  for (const KernelKind kind : kinds)
    if (wanted == kernel_kind_names[static_cast<std::size_t>(kind)]) return kind;
  const std::string remedy = "take one of " + names_of(kinds) + ", or leave it unset for the fastest";
  for (const std::string_view name : kernel_kind_names)
    if (wanted == name)
      throw environment_error("FACELEX_KERNELS: this processor has no " + wanted + " instructions", remedy);
  throw usage_error("FACELEX_KERNELS: there are no kernels " + in_quotes(wanted), remedy);
}

}  // namespace facelex
