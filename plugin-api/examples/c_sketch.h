/* A sketch of the C interface: what a backend in C, Zig or Go would include. 64-bit only. */
#ifndef ARTIFICE_C_SKETCH_H
#define ARTIFICE_C_SKETCH_H
#include <stddef.h>
#include <stdint.h>

/* Borrowed, UTF-8, not terminated; ptr is never NULL. Valid until the call returns. */
typedef struct { const char *ptr; size_t len; } art_text;
typedef struct { art_text key, value; } art_pair;
typedef struct { const art_pair *ptr; size_t len; } art_pairs;
/* (high:low as a signed 128-bit number) / 10^scale */
typedef struct { uint64_t low, high; uint8_t scale; } art_decimal;
/* (numerator[1]:numerator[0]) / (denominator[1]:denominator[0]), in lowest terms */
typedef struct { uint64_t numerator[2], denominator[2]; } art_fraction;
typedef struct { int32_t year; uint8_t month, day; } art_date;
typedef struct { uint8_t none; art_text value; } art_maybe_text;        /* none: 0 = there is one, 1 = none */
typedef struct { uint8_t none; art_decimal value; } art_maybe_decimal;
typedef struct { uint8_t none; art_fraction value; } art_maybe_fraction;

/* GAP: artifice_plugin_api::Receipt holds RString and RVec, Rust's own: C may only read them. */
typedef struct { const char *ptr; size_t len, rust1; const void *rust2; } art_rust_text;
typedef struct { art_rust_text key, value; } art_rust_detail;
typedef struct { art_rust_text reference; const art_rust_detail *details; size_t len, rust1; const void *rust2; } art_rust_receipt;
typedef struct { art_text key; uint64_t number; const art_rust_receipt *receipt; art_pairs extra; } art_reference;
typedef struct { uint8_t none; art_reference value; } art_maybe_reference;

typedef struct { art_text id; art_maybe_text name; art_pairs attributes; } art_tenant;
typedef struct {
    art_text key, ledger_id, digest; uint64_t number; uint8_t kind; /* 0 invoice, 1 adjustment, 2 credit */
    art_maybe_reference refers_to; art_tenant tenant; int64_t start, end; /* µs since 1970, UTC */
    art_text timezone; art_date first_day, last_day, issued; art_text currency; uint8_t currency_digits; art_pairs extra;
} art_header;
typedef struct {
    art_text section, location, service, name, resource_id, resource_name, meter, aggregate;
    int64_t start, end; art_decimal quantity; art_text unit; art_maybe_decimal rate; art_text rate_unit;
    art_maybe_fraction factor; art_decimal cost; struct { const uint32_t *ptr; size_t len; } taxes; art_pairs extra;
} art_line;
typedef struct { art_text name; art_decimal percent, base, amount; art_pairs extra; } art_tax;
typedef struct { art_decimal subtotal; struct { const art_tax *ptr; size_t len; } taxes; art_decimal total; art_pairs extra; } art_totals;

/* How much time is left, in microseconds: whoever answers later is not heard. */
typedef struct { uint64_t left_us; art_pairs extra; } art_call;

/* What every call answers. Texts are the plugin's; the host copies them, then calls `release`. */
enum { ART_DONE = 0, ART_REFUSED = 1, ART_UNAVAILABLE = 2, ART_UNKNOWN = 3, ART_CONFIGURATION = 4, ART_NONE = 5,
       ART_CANCELLED = 6, ART_CHANGED = 7 }; /* find: there is a receipt, but … */
typedef struct {
    uint32_t kind;      /* of the above; any other counts as ART_UNKNOWN */
    art_text text;      /* the receipt's reference, or the error's message */
    art_text what;      /* ART_CHANGED: what was changed */
    art_pairs details;  /* the receipt's */
    void *object;       /* create and open: what was made */
    void *owner;        /* the plugin's, for release; may be NULL */
} art_answer;

/* One document: its key, its digest (empty if not known) and its receipt. The host copies them at once, and
   answers whether it wants more: 0 = stop. */
typedef uint8_t (*art_each)(void *to, art_text key, art_text digest, art_text reference, art_pairs details);

typedef struct {
    size_t size;        /* sizeof(artifice_plugin_v1): what lies beyond it is not called */
    art_text module, class_name, version, description, config_schema;
    art_answer (*create)(art_text config, art_text directory);
    void (*destroy)(void *backend);
    art_answer (*find)(void *backend, const art_call *, const art_header *);      /* any thread, several at once */
    art_answer (*discard)(void *backend, const art_call *, const art_header *);   /* NULL: nothing is ever left behind */
    uint64_t (*longest_delay_s)(void *backend);                  /* NULL: 0 */
    /* Calls `each` with every document committed since, until it answers 0; NULL: they cannot be listed. */
    art_answer (*documents)(void *backend, const art_call *, int64_t since, art_each each, void *to);
    art_answer (*open)(void *backend, const art_call *, const art_header *);
    art_answer (*section)(void *invoice, art_text name);         /* NULL: sections are ignored */
    art_answer (*lines)(void *invoice, const art_line *, size_t count);
    art_answer (*totals)(void *invoice, const art_totals *);
    art_answer (*commit)(void *invoice);
    void (*close)(void *invoice);                                /* after commit or instead of it */
    void (*release)(art_answer);
} artifice_plugin_v1;

/* The same numbers stand in c_sketch/boundary.rs. */
_Static_assert(sizeof(art_header) == 272 && offsetof(art_header, tenant) == 120, "header");
_Static_assert(sizeof(art_line) == 328 && offsetof(art_line, cost) == 272, "line");
_Static_assert(sizeof(art_totals) == 80 && sizeof(art_tax) == 104, "totals");
_Static_assert(sizeof(art_rust_receipt) == 64 && sizeof(art_answer) == 72, "receipt");
#endif
