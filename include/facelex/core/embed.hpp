#pragma once

#include <cstddef>

/// FACELEX_EMBED(symbol, "folder/file"): the bytes of the file as it was when the program was built, from
/// symbol_begin to symbol_end. The assembler takes them: a program without data files beside it works
/// wherever it is copied, and nothing has to be turned into source text. The build must name the file in
/// OBJECT_DEPENDS.
#define FACELEX_EMBED(symbol, file)            \
  asm(".section .rodata\n"                     \
      ".balign 16\n"                           \
      ".global " #symbol                       \
      "_begin\n"                               \
      ".global " #symbol "_end\n" #symbol      \
      "_begin:\n"                              \
      ".incbin \"" file "\"\n" #symbol         \
      "_end:\n"                                \
      ".previous\n");                          \
  extern "C" const std::byte symbol##_begin[]; \
  extern "C" const std::byte symbol##_end[]
