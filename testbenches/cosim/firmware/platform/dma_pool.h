/* Memory for the accelerator: blocks of 64 bytes, first fit, in address order. */
#ifndef DMA_POOL_H
#define DMA_POOL_H

#include <stddef.h>

/* Zeroed and aligned to 64 bytes; NULL: no room left. */
void* dma_pool_alloc(size_t bytes);
/* NULL and what is free already are left alone. */
void dma_pool_free(void* memory);
/* Bytes in the largest free piece. */
size_t dma_pool_largest(void);

#endif
