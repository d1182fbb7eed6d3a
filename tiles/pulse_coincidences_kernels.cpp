#include "foundation/avx512.h"
#include "foundation/bit_count.h"
#include "foundation/dispatch.h"
#include "tiles/pulse_coincidences.h"

namespace kirchhoff::tiles {

using foundation::bit_count;
using periphery::PulseTrains;

namespace {

constexpr std::size_t kLanes = foundation::vector_floats;

/// The trains as the loops want them: by value, so that what is written cannot alias them.
struct Lines {
  const std::uint32_t* row_bits;
  const std::uint32_t* column_bits;
  const std::uint32_t* row_lines;
  const PulsedCell* column_cells;
  std::size_t rows;
  std::size_t columns;
  std::size_t words;
  std::size_t row_stride;
  std::size_t column_stride;
  std::size_t cells_per_row;
};

/// Where cells are listed.
struct Output {
  PulsedCell* cells;
  std::uint32_t* hits;
  std::size_t room;
};

/// Lists the cells of a row that have a slot in common with it, behind `end`; returns the new end. `words` is
/// that of the trains, a constant where it pays.
inline std::size_t list_row(const Lines& lines, std::size_t row, std::size_t words, const Output& out,
                            std::size_t end) {
  const auto first_cell = static_cast<PulsedCell>(2 * lines.row_lines[row] * lines.cells_per_row);
  for (std::size_t column = 0; column < lines.columns; ++column) {
    // Written whether there is a hit or not, which spares a branch that cannot be predicted.
    std::uint32_t any = 0;
    for (std::size_t word = 0; word < words; ++word) {
      const std::uint32_t hit = lines.row_bits[word * lines.row_stride + row] &
                                lines.column_bits[word * lines.column_stride + column];
      out.hits[word * out.room + end] = hit;
      any |= hit;
    }
    out.cells[end] = first_cell + lines.column_cells[column];
    end += any != 0 ? 1U : 0U;
  }
  return end;
}

#ifdef KIRCHHOFF_DISPATCH
__attribute__((target("arch=x86-64-v4"))) inline __m512i hits_of(const Lines& lines, std::size_t row,
                                                                 std::size_t column, std::size_t word) {
  const std::uint32_t slots = lines.row_bits[word * lines.row_stride + row];
  return _mm512_and_si512(_mm512_set1_epi32(static_cast<int>(slots)),
                          _mm512_load_si512(lines.column_bits + word * lines.column_stride + column));
}

/// The same sixteen columns at a time, by compressing vectors.
__attribute__((target("arch=x86-64-v4"))) inline std::size_t list_row_wide(const Lines& lines,
                                                                           std::size_t row, std::size_t words,
                                                                           const Output& out,
                                                                           std::size_t end) {
  const __m512i first_cell =
      _mm512_set1_epi32(static_cast<int>(2 * lines.row_lines[row] * lines.cells_per_row));
  for (std::size_t column = 0; column < lines.columns; column += kLanes) {
    __m512i any = hits_of(lines, row, column, 0);
    for (std::size_t word = 1; word < words; ++word) {
      any = _mm512_or_si512(any, hits_of(lines, row, column, word));
    }
    const __mmask16 hit = _mm512_test_epi32_mask(any, any);
    for (std::size_t word = 0; word < words; ++word) {
      foundation::keep_lanes(hit, hits_of(lines, row, column, word), out.hits + word * out.room + end);
    }
    const __m512i cells = _mm512_add_epi32(first_cell, _mm512_load_si512(lines.column_cells + column));
    foundation::keep_lanes(hit, cells, out.cells + end);
    end += foundation::lanes_in(hit);
  }
  return end;
}
#endif

template <auto ListRow>
[[gnu::always_inline]] inline std::size_t list_rows(const Lines lines, const Output out) {
  std::size_t end = 0;
  if (lines.words == 1) {
    for (std::size_t row = 0; row < lines.rows; ++row) {
      end = ListRow(lines, row, 1, out, end);
    }
  } else {
    for (std::size_t row = 0; row < lines.rows; ++row) {
      end = ListRow(lines, row, lines.words, out, end);
    }
  }
  return end;
}

#ifdef KIRCHHOFF_DISPATCH
__attribute__((target("arch=x86-64-v4"))) std::size_t list_all(const Lines& lines, const Output& out) {
  return list_rows<list_row_wide>(lines, out);
}
__attribute__((target("arch=x86-64-v3"))) std::size_t list_all(const Lines& lines, const Output& out) {
  return list_rows<list_row>(lines, out);
}
__attribute__((target("default")))
#endif
std::size_t
list_all(const Lines& lines, const Output& out) {
  return list_rows<list_row>(lines, out);
}

KIRCHHOFF_CLONES void count_all(const std::uint32_t* __restrict hits, std::size_t words, std::size_t room,
                                std::size_t size, std::uint32_t* __restrict counts, std::uint64_t* sum) {
  // At most 32 x words a cell: the sum over a tile's cells fits.
  std::uint32_t all = 0;
  for (std::size_t k = 0; k < size; ++k) {
    counts[k] = bit_count(hits[k]);
    all += counts[k];
  }
  for (std::size_t word = 1; word < words; ++word) {
    for (std::size_t k = 0; k < size; ++k) {
      const std::uint32_t more = bit_count(hits[word * room + k]);
      counts[k] += more;
      all += more;
    }
  }
  *sum = all;
}

}  // namespace

std::size_t list_hits(const PulseTrains& rows, const PulseTrains& columns, const PulsedCell* column_cells,
                      std::size_t stride, std::size_t room, PulsedCell* cells, std::uint32_t* hits) {
  return list_all({.row_bits = rows.bits.data(),
                   .column_bits = columns.bits.data(),
                   .row_lines = rows.lines.data(),
                   .column_cells = column_cells,
                   .rows = rows.lines.size(),
                   .columns = columns.lines.size(),
                   .words = rows.words,
                   .row_stride = rows.stride,
                   .column_stride = columns.stride,
                   .cells_per_row = stride},
                  {cells, hits, room});
}

std::uint64_t count_hits(const std::uint32_t* hits, std::size_t words, std::size_t room, std::size_t size,
                         std::uint32_t* counts) {
  std::uint64_t sum = 0;
  count_all(hits, words, room, size, counts, &sum);
  return sum;
}

}  // namespace kirchhoff::tiles
