#ifndef NETSYNC_LOCALES_H
#define NETSYNC_LOCALES_H

#include <stdint.h>

/// The names of months, the order of letters and the like, in every language: 33 MB that Foundation brings along and that nothing here
/// asks for. In a release that carries Foundation along, this takes their place. A toolchain with another version of ICU has another
/// name for them, and so brings them along again: Tests/Package/run looks at the size.
#define NETSYNC_ICU_DATA icudt76_dat

struct netsync_icu_data {
  uint16_t header_size;
  uint8_t magic[2];
  uint16_t info_size, reserved;
  uint8_t is_big_endian, charset_family, size_of_uchar, reserved_byte;
  uint8_t data_format[4], format_version[4], data_version[4];
  uint8_t padding[8];
  uint32_t entries, reserved_word;
};

extern const struct netsync_icu_data NETSYNC_ICU_DATA;

#endif
