"""Writes unicode_table.hpp: canonical decompositions and combining classes, without CJK compatibility ideographs.

    python3 make_unicode_table.py > unicode_table.hpp
"""
import itertools
import unicodedata

points = [p for p in range(0x110000) if not 0xD800 <= p < 0xE000]
ideographs = lambda p: 0xF900 <= p < 0xFB00 or 0x2F800 <= p < 0x2FA20
steps = []
for p in points:
    parts = unicodedata.decomposition(chr(p)).split()
    if parts and not parts[0].startswith("<") and not ideographs(p):
        steps.append((p, int(parts[0], 16), int(parts[1], 16) if len(parts) > 1 else 0))
classes = []
for (c, _), run in itertools.groupby(enumerate(p for p in points if unicodedata.combining(chr(p))),
                                     lambda x: (unicodedata.combining(chr(x[1])), x[1] - x[0])):
    run = [p for _, p in run]
    classes.append((run[0], run[-1], c))


def lines(rows, per_line):
    for i in range(0, len(rows), per_line):
        print("    " + ", ".join("{" + ", ".join(hex(v) if v > 255 else str(v) for v in row) + "}"
                                 for row in rows[i:i + per_line]) + ",")


print(f"""// Made by make_unicode_table.py from Unicode {unicodedata.unidata_version}. clang-format off
#pragma once

namespace facelex {{

/// A character and the two that it stands for; of singletons the second is 0. In the order of the characters.
struct Decomposition {{
  char32_t composed, first, second;
}};
inline constexpr Decomposition decompositions[] = {{""")
lines(steps, 4)
print("""};

/// Characters of one canonical combining class that is not 0. In their order.
struct CombiningRange {
  char32_t first, last, combining_class;
};
inline constexpr CombiningRange combining_ranges[] = {""")
lines(classes, 5)
print("""};

}  // namespace facelex""")
