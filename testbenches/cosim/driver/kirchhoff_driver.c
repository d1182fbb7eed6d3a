#include "kirchhoff_driver.h"

/* Between two looks at something that comes without an interrupt. */
#define LOOK_NS 1000U
/* What an idle chip may need to leave what it was doing for somebody before us. */
#define OPEN_TIMEOUT_NS 1000000000U

#define ALL_INTERRUPTS                                                                  \
  (KRCH_HOST_INTERRUPT_STATUS_RING_EMPTY_MASK | KRCH_HOST_INTERRUPT_STATUS_ERROR_MASK | \
   KRCH_HOST_INTERRUPT_STATUS_DESCRIPTOR_MASK)

static uint32_t field(uint32_t word, uint32_t mask, unsigned shift) {
  return (word & mask) >> shift;
}

uint32_t kirchhoff_read(kirchhoff_device* device, uint32_t offset) {
  return device->hal.read32(device->hal.context, offset);
}

void kirchhoff_write(kirchhoff_device* device, uint32_t offset, uint32_t value) {
  device->hal.write32(device->hal.context, offset, value);
}

/* The chip writes records behind the compiler's back. */
static uint32_t record_tag(const kirchhoff_device* device, uint32_t place) {
  return *(const volatile uint32_t*)&device->records[place].completion.tag;
}

/* Waits for an interrupt, but not beyond the deadline; 0: look again. */
static int wait_until(kirchhoff_device* device, uint64_t deadline) {
  uint64_t left = KIRCHHOFF_FOREVER;
  if (deadline != KIRCHHOFF_FOREVER) {
    const uint64_t now = device->hal.now(device->hal.context);
    if (now >= deadline) {
      return -1;
    }
    left = deadline - now;
  }
  return device->hal.wait_irq(device->hal.context, left);
}

/* After wait_irq, where no handler has done it. */
static void serve(kirchhoff_device* device) {
  if (!device->handled) {
    kirchhoff_interrupt(device);
  }
}

static uint64_t deadline_of(kirchhoff_device* device, uint64_t timeout_ns) {
  const uint64_t now = device->hal.now(device->hal.context);
  return timeout_ns >= KIRCHHOFF_FOREVER - now ? KIRCHHOFF_FOREVER : now + timeout_ns;
}

/* ---- The device ---- */

int kirchhoff_probe(const kirchhoff_hal* hal, kirchhoff_info* info) {
  if (hal == NULL || info == NULL) {
    return KIRCHHOFF_E_ARGUMENT;
  }
  if (hal->read32(hal->context, KRCH_HOST_ID) != KRCH_IDENTIFICATION) {
    return KIRCHHOFF_E_NO_DEVICE;
  }
  const uint32_t version = hal->read32(hal->context, KRCH_HOST_VERSION);
  const uint32_t mesh = hal->read32(hal->context, KRCH_HOST_MESH_SHAPE);
  const uint32_t tile = hal->read32(hal->context, KRCH_HOST_TILE_SHAPE);
  const uint32_t tables = hal->read32(hal->context, KRCH_HOST_TABLE_SIZES);
  const uint32_t can = hal->read32(hal->context, KRCH_HOST_CAPABILITIES);
  info->version = version;
  info->mesh_rows = field(mesh, KRCH_HOST_MESH_SHAPE_ROWS_MASK, KRCH_HOST_MESH_SHAPE_ROWS_SHIFT);
  info->mesh_columns = field(mesh, KRCH_HOST_MESH_SHAPE_COLUMNS_MASK, KRCH_HOST_MESH_SHAPE_COLUMNS_SHIFT);
  info->nodes = info->mesh_rows * info->mesh_columns;
  info->tile_rows = field(tile, KRCH_HOST_TILE_SHAPE_ROWS_MASK, KRCH_HOST_TILE_SHAPE_ROWS_SHIFT);
  info->tile_columns = field(tile, KRCH_HOST_TILE_SHAPE_COLUMNS_MASK, KRCH_HOST_TILE_SHAPE_COLUMNS_SHIFT);
  info->route_entries =
      field(tables, KRCH_HOST_TABLE_SIZES_ROUTE_ENTRIES_MASK, KRCH_HOST_TABLE_SIZES_ROUTE_ENTRIES_SHIFT);
  info->receive_entries =
      field(tables, KRCH_HOST_TABLE_SIZES_RECEIVE_ENTRIES_MASK, KRCH_HOST_TABLE_SIZES_RECEIVE_ENTRIES_SHIFT);
  info->most_outstanding =
      field(can, KRCH_HOST_CAPABILITIES_OUTSTANDING_MASK, KRCH_HOST_CAPABILITIES_OUTSTANDING_SHIFT);
  info->virtual_channels =
      field(can, KRCH_HOST_CAPABILITIES_VIRTUAL_CHANNELS_MASK, KRCH_HOST_CAPABILITIES_VIRTUAL_CHANNELS_SHIFT);
  info->most_in_flight =
      field(can, KRCH_HOST_CAPABILITIES_IN_FLIGHT_MASK, KRCH_HOST_CAPABILITIES_IN_FLIGHT_SHIFT) + 1;
  info->reductions =
      field(can, KRCH_HOST_CAPABILITIES_REDUCTIONS_MASK, KRCH_HOST_CAPABILITIES_REDUCTIONS_SHIFT);
  info->ideal = field(can, KRCH_HOST_CAPABILITIES_IDEAL_MASK, KRCH_HOST_CAPABILITIES_IDEAL_SHIFT);
  info->cycle_ps = hal->read32(hal->context, KRCH_HOST_CYCLE_PS);
  if (field(version, KRCH_HOST_VERSION_MAJOR_MASK, KRCH_HOST_VERSION_MAJOR_SHIFT) !=
      field(KRCH_MAP_VERSION, KRCH_HOST_VERSION_MAJOR_MASK, KRCH_HOST_VERSION_MAJOR_SHIFT)) {
    return KIRCHHOFF_E_VERSION;
  }
  return KIRCHHOFF_OK;
}

static int is_idle(kirchhoff_device* device) {
  const uint32_t busy =
      KRCH_HOST_STATUS_BUSY_MASK | KRCH_HOST_STATUS_RESETTING_MASK | KRCH_HOST_STATUS_OUTSTANDING_MASK;
  return (kirchhoff_read(device, KRCH_HOST_STATUS) & busy) == 0;
}

/* Gives the idle chip an empty ring; all that it complained of before is forgotten. */
static void set_up_ring(kirchhoff_device* device) {
  kirchhoff_write(device, KRCH_SEQ_RING_ENTRIES, 0);
  kirchhoff_write(device, KRCH_SEQ_RING_BASE_LOW, device->ring_bus);
  kirchhoff_write(device, KRCH_SEQ_RING_BASE_HIGH, 0);
  kirchhoff_write(device, KRCH_SEQ_RING_ENTRIES, device->entries);
  device->head = device->started = device->tail = 0;
  device->placed = 0;
  device->error.status = 0;
  kirchhoff_write(device, KRCH_HOST_ERROR_STATUS, UINT32_MAX);
  kirchhoff_write(device, KRCH_HOST_INTERRUPT_STATUS, UINT32_MAX);
  kirchhoff_write(device, KRCH_HOST_INTERRUPT_ENABLE, ALL_INTERRUPTS);
}

int kirchhoff_open(kirchhoff_device* device, const kirchhoff_hal* hal, uint32_t ring_entries) {
  if (device == NULL) {
    return KIRCHHOFF_E_ARGUMENT;
  }
  const uint32_t entries = ring_entries == 0 ? KIRCHHOFF_RING_ENTRIES : ring_entries;
  const int found = kirchhoff_probe(hal, &device->info);
  if (found != KIRCHHOFF_OK) {
    return found;
  }
  if (entries < 2) {
    return KIRCHHOFF_E_ARGUMENT;
  }
  if (entries - 1 > device->info.most_outstanding) {
    return KIRCHHOFF_E_CAPABILITY;
  }
  device->hal = *hal;
  device->entries = entries;
  device->head = device->started = device->tail = 0;
  device->placed = 0;
  device->next_tag = 1;
  device->handled = 0;
  device->interrupts = 0;
  device->errors = 0;
  device->error.status = 0;
  device->ring = (krch_descriptor_t*)hal->dma_alloc(hal->context, entries * sizeof(krch_descriptor_t),
                                                    &device->ring_bus);
  if (device->ring == NULL) {
    return KIRCHHOFF_E_MEMORY;
  }
  device->records = (krch_long_completion_t*)hal->dma_alloc(
      hal->context, entries * sizeof(krch_long_completion_t), &device->records_bus);
  if (device->records == NULL) {
    hal->dma_free(hal->context, device->ring);
    return KIRCHHOFF_E_MEMORY;
  }
  /* Somebody before us may have left it at work, or halted. */
  kirchhoff_write(device, KRCH_HOST_INTERRUPT_ENABLE, 0);
  kirchhoff_write(device, KRCH_HOST_INTERRUPT_STATUS, UINT32_MAX);
  if (!is_idle(device)) {
    const int aborted = kirchhoff_abort(device, OPEN_TIMEOUT_NS);
    if (aborted != KIRCHHOFF_OK) {
      hal->dma_free(hal->context, device->records);
      hal->dma_free(hal->context, device->ring);
      return aborted;
    }
  }
  kirchhoff_resume(device);
  set_up_ring(device);
  return KIRCHHOFF_OK;
}

void kirchhoff_close(kirchhoff_device* device) {
  if (!is_idle(device)) {
    kirchhoff_abort(device, OPEN_TIMEOUT_NS);
  }
  kirchhoff_write(device, KRCH_HOST_INTERRUPT_ENABLE, 0);
  kirchhoff_write(device, KRCH_SEQ_RING_ENTRIES, 0);
  device->hal.dma_free(device->hal.context, device->records);
  device->hal.dma_free(device->hal.context, device->ring);
  device->records = NULL;
  device->ring = NULL;
}

/* Looks now and then; the interrupt line shortens the wait where it can. */
static int look_until_idle(kirchhoff_device* device, uint64_t timeout_ns) {
  const uint64_t deadline = deadline_of(device, timeout_ns);
  while (!is_idle(device)) {
    if (device->hal.now(device->hal.context) >= deadline) {
      return KIRCHHOFF_E_TIMEOUT;
    }
    device->hal.wait_irq(device->hal.context, LOOK_NS);
    serve(device);
  }
  return KIRCHHOFF_OK;
}

int kirchhoff_reset(kirchhoff_device* device, uint64_t timeout_ns) {
  kirchhoff_write(device, KRCH_HOST_INTERRUPT_ENABLE, 0);
  kirchhoff_write(device, KRCH_HOST_CONTROL, KRCH_HOST_CONTROL_RUN_MASK | KRCH_HOST_CONTROL_SOFT_RESET_MASK);
  const int result = look_until_idle(device, timeout_ns);
  if (result == KIRCHHOFF_OK) {
    set_up_ring(device);
  }
  return result;
}

int kirchhoff_abort(kirchhoff_device* device, uint64_t timeout_ns) {
  kirchhoff_write(device, KRCH_HOST_CONTROL, KRCH_HOST_CONTROL_RUN_MASK | KRCH_HOST_CONTROL_ABORT_MASK);
  const int result = look_until_idle(device, timeout_ns);
  if (result == KIRCHHOFF_OK) {
    device->head = device->started; /* what was queued since the last doorbell stays queued */
  }
  return result;
}

void kirchhoff_halt(kirchhoff_device* device) {
  kirchhoff_write(device, KRCH_HOST_CONTROL, 0);
}

void kirchhoff_resume(kirchhoff_device* device) {
  kirchhoff_write(device, KRCH_HOST_CONTROL, KRCH_HOST_CONTROL_RUN_MASK);
}

uint64_t kirchhoff_count(kirchhoff_device* device, kirchhoff_counter counter) {
  const uint32_t low = KRCH_HOST_CYCLES_LOW + 8U * (uint32_t)counter;
  const uint64_t value = kirchhoff_read(device, low); /* latches the upper word */
  return value | (uint64_t)kirchhoff_read(device, low + 4U) << 32;
}

/* ---- Interrupts and errors ---- */

/* Reads the chip's error and acknowledges what was read of it. */
static void note_error(kirchhoff_device* device) {
  kirchhoff_error error;
  error.cause = kirchhoff_read(device, KRCH_HOST_ERROR_CAUSE);
  error.tag = kirchhoff_read(device, KRCH_HOST_ERROR_TAG);
  error.reserved = 0;
  error.address = kirchhoff_read(device, KRCH_HOST_ERROR_ADDRESS_LOW);
  error.address |= (uint64_t)kirchhoff_read(device, KRCH_HOST_ERROR_ADDRESS_HIGH) << 32;
  error.status = kirchhoff_read(device, KRCH_HOST_ERROR_STATUS);
  kirchhoff_write(device, KRCH_HOST_ERROR_STATUS, error.status);
  if (error.status != 0) {
    ++device->errors;
    if (device->error.status == 0) {
      device->error = error;
    }
  }
}

uint32_t kirchhoff_interrupt(kirchhoff_device* device) {
  const uint32_t status = kirchhoff_read(device, KRCH_HOST_INTERRUPT_STATUS);
  if (status == 0) {
    return 0;
  }
  /* First of all, so that what happens from here on interrupts again. */
  kirchhoff_write(device, KRCH_HOST_INTERRUPT_STATUS, status);
  if ((status & KRCH_HOST_INTERRUPT_STATUS_ERROR_MASK) != 0) {
    note_error(device);
  }
  ++device->interrupts;
  return status;
}

void kirchhoff_use_handler(kirchhoff_device* device, int on) {
  device->handled = on;
}

/* An interrupt handler must not come between the look and the copy, so the service routine runs with the
   chip's interrupts disabled. */
int kirchhoff_take_error(kirchhoff_device* device, kirchhoff_error* error) {
  const uint32_t enabled = kirchhoff_read(device, KRCH_HOST_INTERRUPT_ENABLE);
  kirchhoff_write(device, KRCH_HOST_INTERRUPT_ENABLE, 0);
  kirchhoff_interrupt(device);
  const kirchhoff_error first = device->error;
  device->error.status = 0;
  kirchhoff_write(device, KRCH_HOST_INTERRUPT_ENABLE, enabled);
  if (error != NULL) {
    *error = first;
  }
  return first.status != 0 ? 1 : 0;
}

/* ---- The ring ---- */

static uint32_t places_between(const kirchhoff_device* device, uint32_t from, uint32_t to) {
  return (to + device->entries - from) % device->entries;
}

static void look_at_head(kirchhoff_device* device) {
  device->head = kirchhoff_read(device, KRCH_SEQ_RING_HEAD) % device->entries;
}

uint32_t kirchhoff_space(kirchhoff_device* device) {
  if (device->head != device->started) {
    look_at_head(device);
  }
  return device->entries - 1 - places_between(device, device->head, device->tail);
}

int kirchhoff_queue(kirchhoff_device* device, const krch_descriptor_t* descriptor, uint32_t* tag) {
  if (device == NULL || descriptor == NULL) {
    return KIRCHHOFF_E_ARGUMENT;
  }
  if (kirchhoff_space(device) == 0) {
    return KIRCHHOFF_E_FULL;
  }
  const uint32_t place = device->tail;
  krch_descriptor_t* entry = &device->ring[place];
  *entry = *descriptor;
  entry->operation |= KRCH_FLAG_LONG_RECORD;
  entry->tag = device->next_tag;
  entry->completion_address = device->records_bus + (uint64_t)place * sizeof(krch_long_completion_t);
  device->records[place].completion.tag = 0;
  if (tag != NULL) {
    *tag = device->next_tag;
  }
  device->next_tag = device->next_tag == UINT32_MAX ? 1 : device->next_tag + 1; /* 0 is nobody's */
  device->tail = (place + 1) % device->entries;
  device->placed += device->placed < device->entries ? 1 : 0;
  return KIRCHHOFF_OK;
}

void kirchhoff_doorbell(kirchhoff_device* device) {
  if (device->started == device->tail) {
    return;
  }
  device->started = device->tail;
  kirchhoff_write(device, KRCH_SEQ_RING_TAIL, device->tail);
}

/* From one tag to a later one. */
static uint32_t tags_between(uint32_t from, uint32_t to) {
  return to >= from ? to - from : to - from - 1;
}

int kirchhoff_poll(kirchhoff_device* device, uint32_t tag, krch_long_completion_t* record) {
  if (device == NULL || tag == 0) {
    return device == NULL ? KIRCHHOFF_E_ARGUMENT : KIRCHHOFF_E_TAG;
  }
  const uint32_t back = tags_between(tag, device->next_tag); /* places before the tail */
  if (back == 0 || back > device->entries) {
    return KIRCHHOFF_E_TAG;
  }
  if (back > device->placed) { /* it was in the ring before a reset, if anywhere */
    return KIRCHHOFF_E_DROPPED;
  }
  if (back <= places_between(device, device->head, device->tail)) {
    if (device->head != device->started) {
      look_at_head(device);
    }
    if (back <= places_between(device, device->head, device->tail)) {
      return KIRCHHOFF_E_PENDING;
    }
  }
  const uint32_t place = (device->tail + device->entries - back) % device->entries;
  if (record_tag(device, place) != tag) {
    return KIRCHHOFF_E_DROPPED;
  }
  const krch_long_completion_t done = device->records[place];
  if (record != NULL) {
    *record = done;
  }
  return done.completion.error == 0 ? KIRCHHOFF_OK : KIRCHHOFF_E_CHIP;
}

int kirchhoff_wait(kirchhoff_device* device, uint32_t tag, uint64_t timeout_ns,
                   krch_long_completion_t* record) {
  int result = kirchhoff_poll(device, tag, record);
  if (result != KIRCHHOFF_E_PENDING) {
    return result;
  }
  const uint64_t deadline = deadline_of(device, timeout_ns);
  while (result == KIRCHHOFF_E_PENDING && wait_until(device, deadline) == 0) {
    serve(device);
    result = kirchhoff_poll(device, tag, record);
  }
  if (result == KIRCHHOFF_E_PENDING) { /* it may have been done at the very end */
    result = kirchhoff_poll(device, tag, record);
  }
  return result == KIRCHHOFF_E_PENDING ? KIRCHHOFF_E_TIMEOUT : result;
}

int kirchhoff_wait_idle(kirchhoff_device* device, uint64_t timeout_ns) {
  const uint64_t deadline = deadline_of(device, timeout_ns);
  for (;;) {
    if (device->head != device->started) {
      look_at_head(device);
    }
    if (device->head == device->started) {
      return KIRCHHOFF_OK;
    }
    if (wait_until(device, deadline) != 0) {
      look_at_head(device);
      return device->head == device->started ? KIRCHHOFF_OK : KIRCHHOFF_E_TIMEOUT;
    }
    serve(device);
  }
}

int kirchhoff_run(kirchhoff_device* device, const krch_descriptor_t* descriptor, uint64_t timeout_ns,
                  krch_long_completion_t* record) {
  if (device == NULL || descriptor == NULL) {
    return KIRCHHOFF_E_ARGUMENT;
  }
  krch_descriptor_t told = *descriptor;
  told.operation |= KRCH_FLAG_INTERRUPT;
  uint32_t tag = 0;
  const int queued = kirchhoff_queue(device, &told, &tag);
  if (queued != KIRCHHOFF_OK) {
    return queued;
  }
  kirchhoff_doorbell(device);
  return kirchhoff_wait(device, tag, timeout_ns, record);
}

/* ---- One at a time ---- */

int kirchhoff_configure(kirchhoff_device* device, uint64_t entries, uint32_t count, uint64_t timeout_ns) {
  krch_descriptor_t work;
  kirchhoff_describe_configure(&work, entries, count);
  return kirchhoff_run(device, &work, timeout_ns, NULL);
}

int kirchhoff_program(kirchhoff_device* device, const kirchhoff_block* block, uint64_t timeout_ns) {
  krch_descriptor_t work;
  kirchhoff_describe_program(&work, block);
  return kirchhoff_run(device, &work, timeout_ns, NULL);
}

int kirchhoff_read_weights(kirchhoff_device* device, const kirchhoff_block* block, uint64_t timeout_ns) {
  krch_descriptor_t work;
  kirchhoff_describe_read_weights(&work, block);
  return kirchhoff_run(device, &work, timeout_ns, NULL);
}

int kirchhoff_train(kirchhoff_device* device, const kirchhoff_batch* batch, uint64_t timeout_ns,
                    krch_long_completion_t* record) {
  krch_descriptor_t work;
  kirchhoff_describe_train(&work, batch);
  return kirchhoff_run(device, &work, timeout_ns, record);
}

int kirchhoff_infer(kirchhoff_device* device, const kirchhoff_batch* batch, uint64_t timeout_ns,
                    krch_long_completion_t* record) {
  krch_descriptor_t work;
  kirchhoff_describe_infer(&work, batch);
  return kirchhoff_run(device, &work, timeout_ns, record);
}

int kirchhoff_transfer(kirchhoff_device* device, uint64_t timeout_ns) {
  krch_descriptor_t work;
  kirchhoff_describe_transfer(&work);
  return kirchhoff_run(device, &work, timeout_ns, NULL);
}

int kirchhoff_barrier(kirchhoff_device* device, uint64_t timeout_ns) {
  krch_descriptor_t work;
  kirchhoff_describe_barrier(&work);
  return kirchhoff_run(device, &work, timeout_ns, NULL);
}

int kirchhoff_self_test(kirchhoff_device* device, uint32_t node, uint64_t timeout_ns,
                        krch_long_completion_t* record) {
  krch_descriptor_t work;
  kirchhoff_describe_self_test(&work, node);
  return kirchhoff_run(device, &work, timeout_ns, record);
}
