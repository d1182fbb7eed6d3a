#include "kirchhoff_network.h"

int kirchhoff_network_open(kirchhoff_network* network, kirchhoff_device* device, const kirchhoff_image* image,
                           size_t available, uint64_t bus_address, char* text) {
  if (network == NULL || device == NULL) {
    return KIRCHHOFF_E_ARGUMENT;
  }
  const int result = kirchhoff_check_image(image, available, &device->info, text);
  if (result != KIRCHHOFF_OK) {
    return result;
  }
  network->device = device;
  network->image = image;
  network->tiles = (const kirchhoff_image_tile*)((const char*)image + image->tiles_offset);
  network->epoch_list = (const kirchhoff_image_epoch*)((const char*)image + image->epochs_offset);
  network->bus = bus_address;
  network->epochs = image->epochs_count;
  return KIRCHHOFF_OK;
}

/* ---- Its steps as descriptors, number by number ---- */

static uint32_t configure_entries(uint32_t writes) {
  return writes / KRCH_MOST_REGISTER_WRITES + (writes % KRCH_MOST_REGISTER_WRITES != 0 ? 1 : 0);
}

uint32_t kirchhoff_network_program_entries(const kirchhoff_network* network) {
  return configure_entries(network->image->writes_count) + network->image->tiles_count;
}

uint32_t kirchhoff_network_train_entries(const kirchhoff_network* network, uint32_t epoch) {
  return epoch < network->epochs && network->epoch_list[epoch].writes_count != 0 ? 2 : 1;
}

size_t kirchhoff_network_weight_bytes(const kirchhoff_network* network) {
  size_t bytes = 0;
  for (uint32_t i = 0; i < network->image->tiles_count; ++i) {
    bytes += (size_t)network->tiles[i].rows * network->tiles[i].columns * sizeof(float);
  }
  return bytes;
}

static void describe_program(const kirchhoff_network* network, uint32_t number, krch_descriptor_t* work) {
  const kirchhoff_image* const image = network->image;
  const uint32_t lists = configure_entries(image->writes_count);
  if (number < lists) {
    const uint32_t first = number * KRCH_MOST_REGISTER_WRITES;
    const uint32_t left = image->writes_count - first;
    kirchhoff_describe_configure(work, network->bus + image->writes_offset + (uint64_t)first * 8U,
                                 left < KRCH_MOST_REGISTER_WRITES ? left : KRCH_MOST_REGISTER_WRITES);
    return;
  }
  const kirchhoff_image_tile* const tile = &network->tiles[number - lists];
  const kirchhoff_block block = {network->bus + tile->weights_offset, tile->node, tile->rows, tile->columns,
                                 0};
  kirchhoff_describe_program(work, &block);
}

static void describe_train(const kirchhoff_network* network, uint32_t epoch, uint32_t number,
                           krch_descriptor_t* work) {
  const kirchhoff_image* const image = network->image;
  const kirchhoff_image_epoch* const how = &network->epoch_list[epoch];
  if (number == 0 && how->writes_count != 0) {
    kirchhoff_describe_configure(work, network->bus + how->writes_offset, how->writes_count);
    return;
  }
  const kirchhoff_batch batch = {network->bus + image->train.offset_inputs,
                                 network->bus + image->train.offset_labels,
                                 network->bus + how->order_offset,
                                 0,
                                 image->train.count,
                                 image->stride,
                                 image->train.count};
  kirchhoff_describe_train(work, &batch);
}

/* Queues one of the steps; the last one interrupts. */
static int queue_step(kirchhoff_device* device, krch_descriptor_t* work, int last, uint32_t* tag) {
  work->operation |= last ? KRCH_FLAG_INTERRUPT : 0;
  return kirchhoff_queue(device, work, tag);
}

int kirchhoff_network_queue_program(kirchhoff_network* network, uint32_t* tag) {
  const uint32_t entries = kirchhoff_network_program_entries(network);
  if (kirchhoff_space(network->device) < entries) {
    return KIRCHHOFF_E_FULL;
  }
  for (uint32_t i = 0; i < entries; ++i) {
    krch_descriptor_t work;
    describe_program(network, i, &work);
    queue_step(network->device, &work, i + 1 == entries, tag);
  }
  return KIRCHHOFF_OK;
}

int kirchhoff_network_queue_train(kirchhoff_network* network, uint32_t epoch, uint32_t* tag) {
  if (epoch >= network->epochs) {
    return KIRCHHOFF_E_ARGUMENT;
  }
  const uint32_t entries = kirchhoff_network_train_entries(network, epoch);
  if (kirchhoff_space(network->device) < entries) {
    return KIRCHHOFF_E_FULL;
  }
  for (uint32_t i = 0; i < entries; ++i) {
    krch_descriptor_t work;
    describe_train(network, epoch, i, &work);
    queue_step(network->device, &work, i + 1 == entries, tag);
  }
  return KIRCHHOFF_OK;
}

int kirchhoff_network_queue_test(kirchhoff_network* network, uint64_t outputs, uint32_t* tag) {
  const kirchhoff_image* const image = network->image;
  const kirchhoff_batch batch = {network->bus + image->test.offset_inputs,
                                 network->bus + image->test.offset_labels,
                                 0,
                                 outputs,
                                 image->test.count,
                                 image->stride,
                                 image->test.count};
  krch_descriptor_t work;
  kirchhoff_describe_infer(&work, &batch);
  return queue_step(network->device, &work, 1, tag);
}

static uint64_t describe_read(const kirchhoff_network* network, uint32_t number, uint64_t address,
                              krch_descriptor_t* work) {
  const kirchhoff_image_tile* const tile = &network->tiles[number];
  const kirchhoff_block block = {address, tile->node, tile->rows, tile->columns, 0};
  kirchhoff_describe_read_weights(work, &block);
  return address + (uint64_t)tile->rows * tile->columns * sizeof(float);
}

int kirchhoff_network_queue_read(kirchhoff_network* network, uint64_t address, uint32_t* tag) {
  const uint32_t entries = network->image->tiles_count;
  if (kirchhoff_space(network->device) < entries) {
    return KIRCHHOFF_E_FULL;
  }
  for (uint32_t i = 0; i < entries; ++i) {
    krch_descriptor_t work;
    address = describe_read(network, i, address, &work);
    queue_step(network->device, &work, i + 1 == entries, tag);
  }
  return KIRCHHOFF_OK;
}

/* ---- One step at a time: any number of tiles, whatever the ring holds ---- */

static int program_up_to(kirchhoff_network* network, uint32_t entries, uint64_t timeout_ns) {
  for (uint32_t i = 0; i < entries; ++i) {
    krch_descriptor_t work;
    describe_program(network, i, &work);
    const int result = kirchhoff_run(network->device, &work, timeout_ns, NULL);
    if (result != KIRCHHOFF_OK) {
      return result;
    }
  }
  return KIRCHHOFF_OK;
}

int kirchhoff_network_program(kirchhoff_network* network, uint64_t timeout_ns) {
  return program_up_to(network, kirchhoff_network_program_entries(network), timeout_ns);
}

int kirchhoff_network_configure(kirchhoff_network* network, uint64_t timeout_ns) {
  return program_up_to(network, configure_entries(network->image->writes_count), timeout_ns);
}

int kirchhoff_network_train(kirchhoff_network* network, uint32_t epoch, uint64_t timeout_ns,
                            krch_long_completion_t* record) {
  if (epoch >= network->epochs) {
    return KIRCHHOFF_E_ARGUMENT;
  }
  int result = KIRCHHOFF_OK;
  const uint32_t entries = kirchhoff_network_train_entries(network, epoch);
  for (uint32_t i = 0; i < entries && result == KIRCHHOFF_OK; ++i) {
    krch_descriptor_t work;
    describe_train(network, epoch, i, &work);
    result = kirchhoff_run(network->device, &work, timeout_ns, record);
  }
  return result;
}

int kirchhoff_network_test(kirchhoff_network* network, uint64_t outputs, uint64_t timeout_ns,
                           krch_long_completion_t* record) {
  uint32_t tag = 0;
  const int queued = kirchhoff_network_queue_test(network, outputs, &tag);
  if (queued != KIRCHHOFF_OK) {
    return queued;
  }
  kirchhoff_doorbell(network->device);
  return kirchhoff_wait(network->device, tag, timeout_ns, record);
}

int kirchhoff_network_read(kirchhoff_network* network, uint64_t address, uint64_t timeout_ns) {
  for (uint32_t i = 0; i < network->image->tiles_count; ++i) {
    krch_descriptor_t work;
    address = describe_read(network, i, address, &work);
    const int result = kirchhoff_run(network->device, &work, timeout_ns, NULL);
    if (result != KIRCHHOFF_OK) {
      return result;
    }
  }
  return KIRCHHOFF_OK;
}
