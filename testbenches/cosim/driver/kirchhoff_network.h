/* A kirchhoff_image on the chip: what a tool prepared is checked, programmed, trained and tested.
 *
 *   kirchhoff_network network;
 *   kirchhoff_network_open(&network, &chip, image, bytes, bus_address, text);
 *   kirchhoff_network_program(&network, KIRCHHOFF_FOREVER);
 *   for (epoch = 0; epoch < network.epochs; ++epoch) {
 *     kirchhoff_network_train(&network, epoch, KIRCHHOFF_FOREVER, &record);
 *     kirchhoff_network_test(&network, KIRCHHOFF_FOREVER, &record);     record.completion.correct of .count
 *   }
 *
 * Or the whole of it as one chain of descriptors: kirchhoff_network_queue_...() for each step, one doorbell,
 * and then wait for the tags. The chip then has no idle time, so that charge decays as long as in any other
 * run of the same chain, and the weights are the same bit for bit. */
#ifndef KIRCHHOFF_NETWORK_H
#define KIRCHHOFF_NETWORK_H

#include <kirchhoff_driver.h>
#include <kirchhoff_image.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The caller's memory; the image stays where it is. */
typedef struct kirchhoff_network {
  kirchhoff_device* device;
  const kirchhoff_image* image;
  const kirchhoff_image_tile* tiles;
  const kirchhoff_image_epoch* epoch_list;
  uint64_t bus; /* address of the image as the accelerator sees it */
  uint32_t epochs;
} kirchhoff_network;

/* Checks an image of which `available` bytes are readable: magic, version, and that every part lies inside
   it. With `info` (may be null) also that it fits the chip. On failure `text` (may be null, else
   KIRCHHOFF_TEXT_BYTES) says what is wrong. */
int kirchhoff_check_image(const kirchhoff_image* image, size_t available, const kirchhoff_info* info,
                          char* text);
/* Checks it and takes it; the chip is not touched. */
int kirchhoff_network_open(kirchhoff_network* network, kirchhoff_device* device, const kirchhoff_image* image,
                           size_t available, uint64_t bus_address, char* text);

/* Entries of the ring that each step takes. */
uint32_t kirchhoff_network_program_entries(const kirchhoff_network* network);
uint32_t kirchhoff_network_train_entries(const kirchhoff_network* network, uint32_t epoch);

/* Each queues one step; `tag` (may be null) is of its last descriptor, which interrupts when it is done.
   KIRCHHOFF_E_FULL: the ring has too little space, and nothing was queued. */
/* Register writes and weights: the network as it is before training. */
int kirchhoff_network_queue_program(kirchhoff_network* network, uint32_t* tag);
/* The register writes of the epoch and its examples. */
int kirchhoff_network_queue_train(kirchhoff_network* network, uint32_t epoch, uint32_t* tag);
/* The test examples; predictions go to `outputs` (address, uint16 each; 0: nowhere). */
int kirchhoff_network_queue_test(kirchhoff_network* network, uint64_t outputs, uint32_t* tag);
/* The weights of every tile, block after block in the order of the image's tiles, to `address`. */
int kirchhoff_network_queue_read(kirchhoff_network* network, uint64_t address, uint32_t* tag);
/* Bytes that the weights of all tiles need there. */
size_t kirchhoff_network_weight_bytes(const kirchhoff_network* network);

/* The same, done when they return; `record` may be null. */
int kirchhoff_network_program(kirchhoff_network* network, uint64_t timeout_ns);
/* The register writes alone: after a soft reset, which leaves the weights. */
int kirchhoff_network_configure(kirchhoff_network* network, uint64_t timeout_ns);
int kirchhoff_network_train(kirchhoff_network* network, uint32_t epoch, uint64_t timeout_ns,
                            krch_long_completion_t* record);
int kirchhoff_network_test(kirchhoff_network* network, uint64_t outputs, uint64_t timeout_ns,
                           krch_long_completion_t* record);
int kirchhoff_network_read(kirchhoff_network* network, uint64_t address, uint64_t timeout_ns);

#ifdef __cplusplus
}
#endif
#endif
