#include "dma_pool.h"

#include <stdint.h>
#include <string.h>

#define BLOCK 64U

extern char __dma_begin[], __dma_end[];

/* In front of each piece, which is free or not; pieces follow one another up to the end of the pool. */
typedef struct piece {
  uint32_t bytes; /* with this header; a multiple of BLOCK */
  uint32_t used;
  uint32_t padding[14];
} piece;
_Static_assert(sizeof(piece) == BLOCK, "what follows the header is aligned as it is");

static int ready;

static piece* first_piece(void) {
  return (piece*)(void*)__dma_begin;
}
static piece* end_of_pieces(void) {
  return (piece*)(void*)__dma_end;
}
static piece* next_of(piece* one) {
  return (piece*)(void*)((char*)one + one->bytes);
}

static void set_up(void) {
  if (!ready) {
    ready = 1;
    first_piece()->bytes = (uint32_t)(__dma_end - __dma_begin) / BLOCK * BLOCK;
    first_piece()->used = 0;
  }
}

static int is_end(const piece* one) {
  return one + 1 > end_of_pieces();
}

/* Free neighbours become one. */
static void merge(piece* one) {
  for (piece* next = next_of(one); !is_end(next) && !next->used; next = next_of(one)) {
    one->bytes += next->bytes;
  }
}

void* dma_pool_alloc(size_t bytes) {
  set_up();
  if (bytes == 0 || bytes > (size_t)(__dma_end - __dma_begin)) {
    return NULL;
  }
  const uint32_t needed = ((uint32_t)bytes + BLOCK - 1) / BLOCK * BLOCK + BLOCK;
  for (piece* one = first_piece(); !is_end(one); one = next_of(one)) {
    if (one->used) {
      continue;
    }
    merge(one);
    if (one->bytes < needed) {
      continue;
    }
    if (one->bytes - needed >= 2 * BLOCK) {
      piece* const rest = (piece*)(void*)((char*)one + needed);
      rest->bytes = one->bytes - needed;
      rest->used = 0;
      one->bytes = needed;
    }
    one->used = 1;
    memset(one + 1, 0, one->bytes - BLOCK);
    return one + 1;
  }
  return NULL;
}

void dma_pool_free(void* memory) {
  if (memory != NULL) {
    ((piece*)memory - 1)->used = 0;
  }
}

size_t dma_pool_largest(void) {
  set_up();
  size_t largest = 0;
  for (piece* one = first_piece(); !is_end(one); one = next_of(one)) {
    if (!one->used) {
      merge(one);
      largest = one->bytes - BLOCK > largest ? one->bytes - BLOCK : largest;
    }
  }
  return largest;
}
