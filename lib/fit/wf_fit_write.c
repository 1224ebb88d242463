/* SPDX-License-Identifier: BSD-3-Clause
 * Estimates as a configuration: values with as many digits as they are worth, and in comments how
 * sure they are (95 % intervals) and what they rest on. One thread.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wf_fit_private.h"
#include "wf_text.h"
#include "wf_units.h"

#define TEXT  WF_UNITS_TEXT
#define SIGMA WF_FIT_SIGMAS
/* A law that is further from what was seen than this is said not to fit. */
#define FAR_AWAY 0.05
#define SAMPLES  100000u

/* To four digits. */
static double
rounded(double x)
{
	double unit = x > 0 ? pow(10, floor(log10(x)) - 3) : 1;

	return round(x / unit) * unit;
}

static const char *
duration(double ns, char out[TEXT])
{
	double x = rounded(ns > 0 ? ns : 0);

	return wf_units_format_duration((wf_ns_t)llround(x < 3.6e12 ? x : 3.6e12), out);
}

static const char *
prob(double p, char out[TEXT])
{
	snprintf(out, TEXT, "%.4g%%", p > 1e-9 ? 100 * p : 0.0);
	return out;
}

/* Wilson's interval of k in n. */
static void
print_interval(FILE *out, uint64_t k, uint64_t n)
{
	double p = (double)k / (double)n, z = SIGMA * SIGMA / (double)n;
	double middle = (p + z / 2) / (1 + z);
	double half = SIGMA * sqrt(p * (1 - p) / (double)n + z / (4 * (double)n)) / (1 + z);
	char a[TEXT], b[TEXT];

	fprintf(out, "%s to %s", prob(middle - half, a), prob(middle + half, b));
}

/* ", r 24% to 26%" */
static void
print_range(FILE *out, const char *name, const struct wf_fit_share *s)
{
	char a[TEXT], b[TEXT];

	if (isfinite(s->low) && isfinite(s->high))
		fprintf(out, "%s %s to %s", name, prob(s->low, a), prob(s->high, b));
}

/* ", stddev 2ms +- 30us" */
static void
print_time(FILE *out, const char *name, double ns, double error_ns)
{
	char a[TEXT], b[TEXT];

	if (isfinite(ns) && isfinite(error_ns))
		fprintf(out, "%s %s +- %s", name, duration(ns, a), duration(error_ns, b));
}

static void
print_basis(const struct wf_fit *f, FILE *out)
{
	char t[TEXT];

	fprintf(out,
		"# %llu packets before, %llu behind, of which %llu are copies of one before; %llu "
		"before the first or\n# behind the last of these are left out.\n",
		(unsigned long long)f->n_before, (unsigned long long)f->n_after,
		(unsigned long long)f->matched, (unsigned long long)f->outside);
	if (f->strange > 0)
		fprintf(out,
			"# %llu packets behind are of none before: other traffic, or changed "
			"beyond "
			"recognition.\n",
			(unsigned long long)f->strange);
	if (f->damaged > 0)
		fprintf(out,
			"# %llu packets came through with other bytes: damaged, or rewritten. They "
			"are "
			"not lost, and nothing here does it.\n",
			(unsigned long long)f->damaged);
	if (f->unsure > 0)
		fprintf(out,
			"# %llu packets look like others: which of them came through is a guess, "
			"and "
			"their delays are not used.\n",
			(unsigned long long)f->unsure);
	if (f->offset_guessed)
		fprintf(out,
			"# The clocks differ: some delays were below zero. The shortest is taken "
			"as "
			"0: delays are what they are\n# above it, and %s%s were taken off. "
			"--shortest TIME or --offset TIME say more.\n",
			f->offset_ns < 0 ? "-" : "",
			wf_units_format_duration(
				(wf_ns_t)(f->offset_ns < 0 ? -f->offset_ns : f->offset_ns), t));
	else if (f->offset_ns != 0)
		fprintf(out, "# %s%s were taken off the times behind.\n",
			f->offset_ns < 0 ? "-" : "",
			wf_units_format_duration(
				(wf_ns_t)(f->offset_ns < 0 ? -f->offset_ns : f->offset_ns), t));
	else
		fputs("# Both captures are taken to be of one clock.\n", out);
	if (fabs(f->drift_ppm) > 5)
		fprintf(out,
			"# The shortest delays drift by %.1f us a second: clocks that run apart, "
			"or a "
			"network that changes.\n",
			f->drift_ppm);
}

static void
print_rate(const struct wf_fit *f, FILE *out)
{
	double error = rounded(f->rate.error_bps);
	char t[TEXT];

	if (!f->rate.found)
		return;
	if (f->rate.by_load)
		fprintf(out, "\t\t# from how long %llu packets waited",
			(unsigned long long)f->rate.waited);
	else
		fprintf(out, "\t\t# from %llu pairs of packets that followed each other",
			(unsigned long long)f->rate.pairs);
	if (isfinite(error))
		fprintf(out, "; +- %s", wf_units_format_rate((uint64_t)llround(fmax(error, 1)), t));
	fprintf(out, "\n\t\trate = \"%s\";\n",
		wf_units_format_rate((uint64_t)llround(rounded(f->rate.bps)), t));
	if (f->rate.queued > 0)
		fprintf(out,
			"\t\t# %llu packets were lost when about so much waited\n"
			"\t\tqueue = { limit = \"%s\"; };\n",
			(unsigned long long)f->rate.queued, duration(f->rate.limit_ns, t));
}

static void
print_loss(const struct wf_fit_losses *l, FILE *out)
{
	char p[TEXT], r[TEXT], h[TEXT];

	if (l->lost == 0) {
		fprintf(out, "\t\t# no loss in %llu packets\n", (unsigned long long)l->n);
		return;
	}
	fprintf(out, "\t\t# %llu of %llu packets, ", (unsigned long long)l->lost,
		(unsigned long long)l->n);
	print_interval(out, l->lost, l->n);
	if (l->model == WF_FIT_BERNOULLI) {
		fprintf(out, "; independent of each other\n\t\tloss = \"%s\";\n", prob(l->rate, p));
		return;
	}
	fprintf(out, " if independent;\n\t\t# in bursts, which are likelier by a BIC of %.0f",
		l->gain);
	print_range(out, "; p", &l->p);
	print_range(out, ", r", &l->r);
	if (l->model == WF_FIT_GILBERT_ELLIOTT)
		print_range(out, ", h", &l->h);
	fprintf(out, "\n\t\tloss = { model = \"gilbert-elliott\"; p = \"%s\"; r = \"%s\";",
		prob(l->p.is, p), prob(l->r.is, r));
	if (l->model == WF_FIT_GILBERT_ELLIOTT)
		fprintf(out, " h = \"%s\";", prob(l->h.is, h));
	fputs(" };\n", out);
}

static void
print_duplicates(const struct wf_fit *f, FILE *out)
{
	char p[TEXT];
	uint64_t through = 0;
	long copies = lround(f->duplicate_copies);

	for (uint32_t i = 0; i < f->n; i++)
		through += f->packet[i].copies > 0;
	if (f->duplicated > 0) {
		fprintf(out, "\t\t# %llu of %llu packets, ", (unsigned long long)f->duplicated,
			(unsigned long long)through);
		print_interval(out, f->duplicated, through);
		fprintf(out, "\n\t\tduplicate = { p = \"%s\";", prob(f->duplicate_p, p));
		if (copies > 1)
			fprintf(out, " copies = %ld;", copies < 7 ? copies : 7);
		fputs(" };\n", out);
	}
	if (f->skipped > 0) {
		fprintf(out, "\t\t# %llu packets have skipped the delay, ",
			(unsigned long long)f->skipped);
		print_interval(out, f->skipped, f->delay.n + f->skipped);
		fprintf(out, "\n\t\treorder = \"%s\";\n", prob(f->skip_p, p));
	}
}

static int
write_samples(const char *path, const struct wf_fit *f, struct wf_err *err)
{
	struct wf_where where = { .file = path };
	FILE *out = fopen(path, "we");
	uint32_t stride = f->n / SAMPLES + 1;
	bool good = out != NULL;

	for (uint32_t i = 0; good && i < f->n; i += stride) {
		const struct wf_fit_packet *p = &f->packet[i];

		if (p->copies == 1 && !p->unsure && p->out_ns >= (int64_t)p->in_ns)
			good = fprintf(out, "%lldns\n",
				       (long long)(p->out_ns - (int64_t)p->in_ns)) > 0;
	}
	if (out != NULL && fclose(out) != 0)
		good = false;
	return good ? 0
		    : wf_err_add(err, &where, "Check the folder and its permissions",
			      "cannot be written: %s", strerror(errno));
}

static void
print_law(const struct wf_fit_options *o, const struct wf_fit_delay *d, FILE *out)
{
	char a[TEXT], b[TEXT];
	bool samples = o->samples != NULL && (d->clamped == 0 && !(d->distance <= FAR_AWAY)) &&
		       d->law != WF_FIT_CONSTANT;

	if (samples) {
		fprintf(out, " distribution = \"samples\"; file = \"%s\";", o->samples);
		return;
	}
	switch (d->law) {
	case WF_FIT_CONSTANT:
		fprintf(out, " mean = \"%s\";", duration(d->mean, a));
		break;
	case WF_FIT_UNIFORM:
		fprintf(out, " distribution = \"uniform\"; min = \"%s\"; max = \"%s\";",
			duration(d->a, a), duration(d->b, b));
		break;
	case WF_FIT_PARETO:
		fprintf(out, " distribution = \"pareto\"; shape = %.4g; scale = \"%s\";%s", d->a,
			duration(d->b, b), d->a <= 1 ? " cap = \"1h\";" : "");
		break;
	default:
		fprintf(out, " distribution = \"%s\"; mean = \"%s\"; stddev = \"%s\";",
			d->law == WF_FIT_NORMAL ? "normal" : "lognormal", duration(d->mean, a),
			duration(d->sd, b));
	}
}

static void
print_errors(const struct wf_fit_delay *d, FILE *out)
{
	print_time(out, "; mean", d->mean, d->mean_error);
	if (d->law != WF_FIT_CONSTANT)
		print_time(out, ", stddev", d->sd, d->sd_error);
	if (d->law == WF_FIT_UNIFORM)
		print_time(out, ", min and max", d->a, d->a_error);
	if (d->law == WF_FIT_PARETO && isfinite(d->a_error))
		fprintf(out, ", shape %.4g +- %.2g", d->a, d->a_error);
	if (d->law == WF_FIT_PARETO)
		print_time(out, ", scale", d->b, d->b_error);
	if (d->rho != 0)
		fprintf(out, ", rho %.3g +- %.2g", d->rho, d->rho_error);
}

static void
print_delay(const struct wf_fit_options *o, const struct wf_fit *f, FILE *out)
{
	const struct wf_fit_delay *d = &f->delay;

	if (d->n == 0 || (d->law == WF_FIT_CONSTANT && d->mean < 500)) {
		fputs("\t\t# no delay that can be told from none\n", out);
		return;
	}
	fprintf(out, "\t\t# of %llu packets", (unsigned long long)d->n);
	print_errors(d, out);
	if (d->clamped > 0)
		fprintf(out,
			";\n\t\t# %llu waited for the one before, and are known to be at most what "
			"was seen",
			(unsigned long long)d->clamped);
	if (d->law != WF_FIT_CONSTANT && d->clamped == 0)
		fprintf(out, ";\n\t\t# the law is within %.3g of what was seen%s", d->distance,
			d->distance > FAR_AWAY
				? ", which is far: no law fits, --samples FILE takes "
				  "the delays themselves"
				: " (Kolmogorov-Smirnov)");
	fputs("\n\t\tdelay = {", out);
	print_law(o, d, out);
	if (d->free_order)
		fputs(" order = \"free\";", out);
	if (d->rho != 0)
		fprintf(out, " rho = %.3g;", d->rho);
	fputs(" };\n", out);
	if (f->reordered > 0)
		fprintf(out, "\t\t# %llu packets came out behind a later one\n",
			(unsigned long long)f->reordered);
}

int
wf_fit_write(const struct wf_fit_options *o, const struct wf_fit *f, FILE *out, struct wf_err *err)
{
	if (o->samples != NULL && f->delay.law != WF_FIT_CONSTANT &&
		write_samples(o->samples, f, err) < 0)
		return -EINVAL;
	fputs("# What a network did to packets, by wirefault fit. Intervals hold 95 % of what it "
	      "may "
	      "be.\n",
		out);
	print_basis(f, out);
	fputs("ports = ( { name = \"a\"; device = \"eth1\"; }, { name = \"b\"; device = \"eth2\"; "
	      "} "
	      ");\nlinks = ( {\n\tname = \"fit\"; ports = [ \"a\", \"b\" ];\n\tab = {\n",
		out);
	print_rate(f, out);
	print_loss(&f->loss, out);
	print_duplicates(f, out);
	print_delay(o, f, out);
	fputs("\t};\n} );\n", out);
	return 0;
}
