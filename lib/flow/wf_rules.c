/* SPDX-License-Identifier: BSD-3-Clause
 * The classes of one direction as rules of rte_acl. Built by the control thread, then immutable:
 * classified against by any worker.
 *
 * rte_acl walks tries over the bytes of struct wf_parsed itself, so nothing is copied per packet.
 * What a rule asks for besides its own fields is told by the family (IPv4 rules never match IPv6
 * and the reverse; protocol and DSCP need either) and the parser's flags (ports that were read).
 * An untagged packet's VLAN, WF_NO_VLAN, lies outside any range of identifiers.
 *
 * Rules with many ranges can exceed what rte_acl builds (8 tries). Then they are split in halves,
 * asked one after the other.
 */
#include "wf_rules.h"

#include <errno.h>
#include <rte_acl.h>
#include <rte_log.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* The fields of a rule, in the order in which the tries test them: one byte first, then groups of
 * four. UNUSED ones fill a group up. */
enum field {
	FIELD_FAMILY,
	FIELD_SRC,
	FIELD_DST = FIELD_SRC + 4,
	FIELD_SPORT = FIELD_DST + 4,
	FIELD_DPORT,
	FIELD_VLAN,
	FIELD_ETHERTYPE,
	FIELD_UNUSED_DIR,
	FIELD_PROTO,
	FIELD_UNUSED_FAMILY,
	FIELD_DSCP,
	FIELD_UNUSED_ECN,
	FIELD_FLAGS,
	FIELD_UNUSED_ZERO,
	N_FIELDS,
};

/* FIELD(index, kind, type of the value, group, member of struct wf_parsed) */
#define FIELD(i, kind, value, group, member)                                                       \
	[i] = { RTE_ACL_FIELD_TYPE_##kind, sizeof(value), i, group,                                \
		offsetof(struct wf_parsed, member) }

static const struct rte_acl_field_def fields[N_FIELDS] = {
	FIELD(FIELD_FAMILY, BITMASK, uint8_t, 0, key.family),
	FIELD(FIELD_SRC, MASK, uint32_t, 1, key.src[0]),
	FIELD(FIELD_SRC + 1, MASK, uint32_t, 2, key.src[4]),
	FIELD(FIELD_SRC + 2, MASK, uint32_t, 3, key.src[8]),
	FIELD(FIELD_SRC + 3, MASK, uint32_t, 4, key.src[12]),
	FIELD(FIELD_DST, MASK, uint32_t, 5, key.dst[0]),
	FIELD(FIELD_DST + 1, MASK, uint32_t, 6, key.dst[4]),
	FIELD(FIELD_DST + 2, MASK, uint32_t, 7, key.dst[8]),
	FIELD(FIELD_DST + 3, MASK, uint32_t, 8, key.dst[12]),
	FIELD(FIELD_SPORT, RANGE, uint16_t, 9, key.sport),
	FIELD(FIELD_DPORT, RANGE, uint16_t, 9, key.dport),
	FIELD(FIELD_VLAN, RANGE, uint16_t, 10, key.vlan),
	FIELD(FIELD_ETHERTYPE, RANGE, uint16_t, 10, key.ethertype),
	FIELD(FIELD_UNUSED_DIR, RANGE, uint16_t, 11, key.dir),
	FIELD(FIELD_PROTO, BITMASK, uint8_t, 11, key.proto),
	FIELD(FIELD_UNUSED_FAMILY, BITMASK, uint8_t, 11, key.family),
	FIELD(FIELD_DSCP, RANGE, uint8_t, 12, dscp),
	FIELD(FIELD_UNUSED_ECN, BITMASK, uint8_t, 12, ecn),
	FIELD(FIELD_FLAGS, BITMASK, uint8_t, 12, flags),
	FIELD(FIELD_UNUSED_ZERO, BITMASK, uint8_t, 12, zero),
};
static_assert(
	offsetof(struct wf_parsed, key.dport) == offsetof(struct wf_parsed, key.sport) + 2 &&
		offsetof(struct wf_parsed, key.ethertype) ==
			offsetof(struct wf_parsed, key.vlan) + 2 &&
		offsetof(struct wf_parsed, key.proto) == offsetof(struct wf_parsed, key.dir) + 2 &&
		offsetof(struct wf_parsed, zero) == offsetof(struct wf_parsed, dscp) + 3,
	"groups of four consecutive bytes");

/* Bits of the family: of 4 (100) and 6 (110) but not of 0. */
#define FAMILY_IP  4
#define FAMILY_ALL 0xff

RTE_ACL_RULE_DEF(acl_rule, N_FIELDS);

struct wf_rules {
	uint32_t holders; /* besides the first; control thread */
	uint32_t n_parts;
	struct rte_acl_ctx *part[]; /* the first part's rules go before the second's ... */
};

struct builder {
	const char *name;
	struct acl_rule *rule; /* n of them */
	uint32_t n;
	struct wf_rules *rules;
};

static int
check_prefix(
	const char *name, size_t i, const char *key, const struct wf_prefix *p, struct wf_err *err)
{
	if (p->len > 128 || (p->family != 0 && p->family != 4 && p->family != 6) ||
		(p->family == 4 && p->len < 96))
		return wf_err_add(err, NULL,
			"A prefix length is 0 to 32 for IPv4, 0 to 128 for IPv6",
			"%s: rule %zu: %s has prefix length %u of family %u", name, i, key, p->len,
			p->family);
	return 0;
}

static int
check_range(const char *name, size_t i, const char *key, const struct wf_range16 *r, uint16_t max,
	struct wf_err *err)
{
	if (r->lo > r->hi)
		return wf_err_add(err, NULL, "Write the lower bound first",
			"%s: rule %zu: %s %u to %u is empty", name, i, key, r->lo, r->hi);
	if (r->hi > max)
		return wf_err_add(err, NULL, NULL, "%s: rule %zu: %s %u is above %u", name, i, key,
			r->hi, max);
	return 0;
}

static int
check_rule(const char *name, size_t i, const struct wf_rule *rule, struct wf_err *err)
{
	const struct wf_match *m = &rule->match;
	int rc = 0;

	assert(rule->class_id != 0);
	if (m->has & WF_MATCH_SRC)
		rc |= check_prefix(name, i, "src", &m->src, err);
	if (m->has & WF_MATCH_DST)
		rc |= check_prefix(name, i, "dst", &m->dst, err);
	if ((m->has & WF_MATCH_SRC) && (m->has & WF_MATCH_DST) && m->src.family != 0 &&
		m->dst.family != 0 && m->src.family != m->dst.family)
		rc |= wf_err_add(err, NULL, "Use one family, or two classes",
			"%s: rule %zu: src is IPv%u and dst is IPv%u, so nothing can match", name,
			i, m->src.family, m->dst.family);
	if (m->has & WF_MATCH_SPORT)
		rc |= check_range(name, i, "sport", &m->sport, 65535, err);
	if (m->has & WF_MATCH_DPORT)
		rc |= check_range(name, i, "dport", &m->dport, 65535, err);
	if (m->has & WF_MATCH_PORT)
		rc |= check_range(name, i, "port", &m->port, 65535, err);
	if (m->has & WF_MATCH_VLAN)
		rc |= check_range(name, i, "vlan", &m->vlan, 4095, err);
	if (m->has & WF_MATCH_DSCP)
		rc |= check_range(name, i, "dscp", &m->dscp, 63, err);
	return rc;
}

/* The match as it stands on `side`. */
static struct wf_match
on_side(const struct wf_match *match, enum wf_side side)
{
	const uint32_t ends = WF_MATCH_SRC | WF_MATCH_DST | WF_MATCH_SPORT | WF_MATCH_DPORT;
	struct wf_match m = *match;

	if (side != WF_BA || !match->mirror)
		return m;
	m.src = match->dst;
	m.dst = match->src;
	m.sport = match->dport;
	m.dport = match->sport;
	m.has &= ~ends;
	m.has |= match->has & WF_MATCH_SRC ? WF_MATCH_DST : 0;
	m.has |= match->has & WF_MATCH_DST ? WF_MATCH_SRC : 0;
	m.has |= match->has & WF_MATCH_SPORT ? WF_MATCH_DPORT : 0;
	m.has |= match->has & WF_MATCH_DPORT ? WF_MATCH_SPORT : 0;
	return m;
}

static void
set_prefix(struct rte_acl_field *f, const struct wf_prefix *p)
{
	for (uint32_t i = 0; i < 4; i++) {
		const uint8_t *a = &p->addr[i * 4];
		uint32_t before = i * 32;
		uint32_t bits = p->len > before ? p->len - before : 0;

		f[i].value.u32 = (uint32_t)a[0] << 24 | a[1] << 16 | a[2] << 8 | a[3];
		f[i].mask_range.u32 = bits < 32 ? bits : 32;
	}
}

static void
set_range(struct rte_acl_field *f, bool given, struct wf_range16 range, uint16_t max)
{
	f->value.u16 = given ? range.lo : 0;
	f->mask_range.u16 = given ? range.hi : max;
}

static void
convert(const struct wf_match *m, uint16_t class_id, int32_t priority, struct acl_rule *out)
{
	const uint32_t ip = WF_MATCH_PROTO | WF_MATCH_DSCP | WF_MATCH_SPORT | WF_MATCH_DPORT;
	struct rte_acl_field *f = out->field;
	uint8_t family = 0;

	memset(out, 0, sizeof(*out)); /* a mask or prefix of 0 bits: anything */
	out->data.category_mask = 1;
	out->data.priority = priority;
	out->data.userdata = class_id;
	if (m->has & WF_MATCH_SRC) {
		set_prefix(&f[FIELD_SRC], &m->src);
		family = m->src.family;
	}
	if (m->has & WF_MATCH_DST) {
		set_prefix(&f[FIELD_DST], &m->dst);
		family = family != 0 ? family : m->dst.family;
	}
	f[FIELD_FAMILY].value.u8 = family != 0 ? family : m->has & ip ? FAMILY_IP : 0;
	f[FIELD_FAMILY].mask_range.u8 = family != 0 ? FAMILY_ALL : m->has & ip ? FAMILY_IP : 0;
	set_range(&f[FIELD_SPORT], m->has & WF_MATCH_SPORT, m->sport, UINT16_MAX);
	set_range(&f[FIELD_DPORT], m->has & WF_MATCH_DPORT, m->dport, UINT16_MAX);
	set_range(&f[FIELD_VLAN], m->has & WF_MATCH_VLAN, m->vlan, UINT16_MAX);
	set_range(&f[FIELD_ETHERTYPE], m->has & WF_MATCH_ETHERTYPE,
		(struct wf_range16){ m->ethertype, m->ethertype }, UINT16_MAX);
	set_range(&f[FIELD_UNUSED_DIR], false, (struct wf_range16){ 0 }, UINT16_MAX);
	f[FIELD_DSCP].value.u8 = m->has & WF_MATCH_DSCP ? (uint8_t)m->dscp.lo : 0;
	f[FIELD_DSCP].mask_range.u8 = m->has & WF_MATCH_DSCP ? (uint8_t)m->dscp.hi : UINT8_MAX;
	if (m->has & WF_MATCH_PROTO) {
		f[FIELD_PROTO].value.u8 = m->proto;
		f[FIELD_PROTO].mask_range.u8 = UINT8_MAX;
	}
	if (m->has & (WF_MATCH_SPORT | WF_MATCH_DPORT))
		f[FIELD_FLAGS].value.u8 = f[FIELD_FLAGS].mask_range.u8 = WF_PARSE_PORTS;
}

/* Adds the match with its range of `port` in one of the other two. */
static void
add_side(struct builder *b, struct wf_match m, enum wf_match_has has, uint16_t class_id,
	int32_t priority)
{
	struct wf_range16 *side = has == WF_MATCH_SPORT ? &m.sport : &m.dport;

	if (!(m.has & has))
		*side = m.port;
	if (side->lo < m.port.lo)
		side->lo = m.port.lo;
	if (side->hi > m.port.hi)
		side->hi = m.port.hi;
	m.has |= has;
	if (side->lo <= side->hi)
		convert(&m, class_id, priority, &b->rule[b->n++]);
}

/* A rule for the match, or two where the port may be of either side. */
static void
add(struct builder *b, const struct wf_match *match, uint16_t class_id, int32_t priority)
{
	if (!(match->has & WF_MATCH_PORT)) {
		convert(match, class_id, priority, &b->rule[b->n++]);
		return;
	}
	add_side(b, *match, WF_MATCH_SPORT, class_id, priority);
	add_side(b, *match, WF_MATCH_DPORT, class_id, priority);
}

/* One classifier of n rules. 0 or -errno. */
static int
build_part(
	const struct builder *b, const struct acl_rule *rule, uint32_t n, struct rte_acl_ctx **out)
{
	static _Atomic unsigned serial;
	/* rte_acl hands an existing classifier of the same name back. */
	char name[RTE_ACL_NAMESIZE];
	struct rte_acl_param param = { .name = name,
		.socket_id = -1, /* any */
		.rule_size = RTE_ACL_RULE_SZ(N_FIELDS),
		.max_rule_num = n };
	/* Without a limit on size rte_acl goes for small tries from the start: 300 rules of random
	 * ranges take 0.5 s and 4 MB instead of 5 s and 12 MB. Classes are remembered by flows, so
	 * the slower search (less than twice) hardly counts. */
	struct rte_acl_config config = { .num_categories = 1, .num_fields = N_FIELDS };
	int level = rte_log_get_level(RTE_LOGTYPE_ACL);
	int rc;

	snprintf(name, sizeof(name), "%u-%.16s",
		atomic_fetch_add_explicit(&serial, 1, memory_order_relaxed), b->name);
	*out = rte_acl_create(&param);
	if (*out == NULL)
		return -ENOMEM;
	memcpy(config.defs, fields, sizeof(fields));
	rc = rte_acl_add_rules(*out, (const struct rte_acl_rule *)rule, n);
	/* That a set is too complex for one part is not the user's concern. */
	rte_log_set_level(RTE_LOGTYPE_ACL, RTE_LOG_CRIT);
	if (rc == 0)
		rc = rte_acl_build(*out, &config);
	rte_log_set_level(RTE_LOGTYPE_ACL, level < 0 ? RTE_LOG_INFO : (uint32_t)level);
	if (rc != 0) {
		rte_acl_free(*out);
		*out = NULL;
	} else {
		rte_acl_reset_rules(*out);
	}
	return rc;
}

/* Builds rules first..first + n - 1, in as few parts as it takes. */
static int
build(struct builder *b, uint32_t first, uint32_t n)
{
	int rc = build_part(b, &b->rule[first], n, &b->rules->part[b->rules->n_parts]);

	if (rc == 0) {
		b->rules->n_parts++;
		return 0;
	}
	if (n == 1 || rc == -EINVAL)
		return rc;
	rc = build(b, first, n / 2);
	return rc != 0 ? rc : build(b, first + n / 2, n - n / 2);
}

struct wf_rules *
wf_rules_new(const char *name, enum wf_side side, const struct wf_rule *rules, size_t n,
	struct wf_err *err)
{
	struct builder b = { .name = name };
	int rc = 0;

	assert(n < RTE_ACL_MAX_PRIORITY);
	for (size_t i = 0; i < n; i++)
		rc |= check_rule(name, i + 1, &rules[i], err);
	if (rc != 0)
		return NULL;
	b.rules = calloc(1, sizeof(*b.rules) + 2 * n * sizeof(b.rules->part[0]));
	b.rule = calloc(2 * n + 1, sizeof(*b.rule));
	if (b.rules == NULL || b.rule == NULL) {
		rc = -ENOMEM;
	} else {
		for (size_t i = 0; i < n; i++) {
			struct wf_match m = on_side(&rules[i].match, side);

			add(&b, &m, rules[i].class_id, (int32_t)(n - i));
		}
		rc = b.n > 0 ? build(&b, 0, b.n) : 0;
	}
	free(b.rule);
	if (rc == 0)
		return b.rules;
	wf_err_add(err, NULL, "Use fewer rules, or prefixes and single ports instead of ranges",
		"%s: no memory for a classifier of %zu rules (%s)", name, n, strerror(-rc));
	wf_rules_free(b.rules);
	return NULL;
}

struct wf_rules *
wf_rules_hold(struct wf_rules *r)
{
	r->holders++;
	return r;
}

void
wf_rules_free(struct wf_rules *r)
{
	if (r == NULL || r->holders-- > 0)
		return;
	for (uint32_t i = 0; i < r->n_parts; i++)
		rte_acl_free(r->part[i]);
	free(r);
}

#define MANY 32

/* n <= MANY packets. */
static void
classify(const struct wf_rules *r, const struct wf_parsed *const *parsed, uint16_t *class_id,
	uint32_t n)
{
	const uint8_t *data[MANY];
	uint32_t found[MANY], who[MANY];

	for (uint32_t i = 0; i < n; i++) {
		data[i] = (const uint8_t *)parsed[i];
		who[i] = i;
		class_id[i] = 0;
	}
	for (uint32_t part = 0; part < r->n_parts && n > 0; part++) {
		uint32_t left = 0;

		rte_acl_classify(r->part[part], data, found, n, 1);
		for (uint32_t i = 0; i < n; i++) {
			class_id[who[i]] = (uint16_t)found[i];
			data[left] = data[i];
			who[left] = who[i];
			left += found[i] == 0;
		}
		n = left;
	}
}

void
wf_rules_classify(const struct wf_rules *r, const struct wf_parsed *const *parsed,
	uint16_t *class_id, uint32_t n)
{
	for (uint32_t i = 0; i < n; i += MANY)
		classify(r, parsed + i, class_id + i, n - i < MANY ? n - i : MANY);
}
