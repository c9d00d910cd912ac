#include "locales.h"

// ICU's own way to leave its data out is a table of contents with nothing in it (icu4c/source/stubdata): the header of such a file, as
// udata.h and ucmndata.h have it, and no entries.
_Alignas(16) const struct netsync_icu_data NETSYNC_ICU_DATA = {
    .header_size = 32,
    .magic = {0xda, 0x27},
    .info_size = 20,
    .is_big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
    .size_of_uchar = 2,
    .data_format = {'T', 'o', 'C', 'P'},
    .format_version = {1, 0, 0, 0},
};
