/* SPDX-License-Identifier: BSD-3-Clause
 * Completions for bash, zsh and fish. Control threads only.
 */
#include "wf_completion.h"

#include <errno.h>
#include <string.h>

static bool
takes_file(const struct wf_option *o)
{
	return o->arg != NULL && (strcmp(o->arg, "FILE") == 0 || strcmp(o->arg, "PATH") == 0 ||
					 strstr(o->arg, ".pcap") != NULL);
}

static bool
takes_format(const struct wf_option *o)
{
	return o->arg != NULL && strcmp(o->arg, "FORMAT") == 0;
}

/* `text` with a backslash before each of `special`; `quote` stands for a single quote. */
static void
put_escaped(const char *text, const char *special, const char *quote, FILE *out)
{
	for (; *text != 0; text++) {
		if (*text == '\'') {
			fputs(quote, out);
			continue;
		}
		if (strchr(special, *text) != NULL)
			fputc('\\', out);
		fputc(*text, out);
	}
}

/* What may follow an option: files, words, or nothing that is known. */
static void
bash_values(const struct wf_completion_verb *v, FILE *out)
{
	for (const struct wf_option *o = v->options; o->name != NULL; o++) {
		if (o->arg == NULL)
			continue;
		fprintf(out, "\t%s,--%s", v->name, o->name);
		if (o->letter != 0)
			fprintf(out, " | %s,-%c", v->name, o->letter);
		if (takes_file(o))
			fputs(") files=yes ;;\n", out);
		else if (takes_format(o))
			fputs(") words='table json' ;;\n", out);
		else
			fputs(") return ;;\n", out);
	}
}

static void
bash(const char *program, const struct wf_completion_verb *verbs, FILE *out)
{
	const struct wf_completion_verb *v;

	fprintf(out,
		"_%s() {\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
		"\tlocal verb='' word words='' files=''\n"
		"\tCOMPREPLY=()\n"
		"\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD - 1}\"; do\n"
		"\t\tcase $word in\n",
		program);
	for (v = verbs; v->name != NULL; v++)
		fprintf(out, "\t\t%s%s", v == verbs ? "" : "| ", v->name),
			fputs(v[1].name == NULL ? ") verb=$word && break ;;\n" : " \\\n", out);
	fputs("\t\tesac\n\tdone\n\tcase $verb,$prev in\n", out);
	for (v = verbs; v->name != NULL; v++)
		bash_values(v, out);
	fputs("\t*)\n\t\tcase $verb in\n\t\t'') words='", out);
	for (v = verbs; v->name != NULL; v++)
		fprintf(out, "%s ", v->name);
	fputs("--help --version' ;;\n", out);
	for (v = verbs; v->name != NULL; v++) {
		fprintf(out, "\t\t%s) words='", v->name);
		for (const struct wf_option *o = v->options; o->name != NULL; o++)
			fprintf(out, "%s--%s", o == v->options ? "" : " ", o->name);
		fputs("' ;;\n", out);
	}
	fprintf(out,
		"\t\tesac\n"
		"\t\t[[ -z $verb || $cur == -* ]] || files=yes\n"
		"\t\t;;\n"
		"\tesac\n"
		"\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
		"\t[[ -n $files ]] || return 0\n"
		"\tcompopt -o filenames 2>/dev/null\n"
		"\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$cur\")\n"
		"}\n"
		"complete -F _%s %s\n",
		program, program);
}

static void
zsh_option(const struct wf_option *o, FILE *out)
{
	const char *many = o->many ? "*" : "";

	if (o->letter != 0)
		fprintf(out, " \\\n\t\t'(-%c --%s)'{-%c,--%s}'[", o->letter, o->name, o->letter,
			o->name);
	else
		fprintf(out, " \\\n\t\t'%s--%s[", many, o->name);
	put_escaped(o->help, "[]:\\", "'\\''", out);
	fputs("]", out);
	if (o->arg != NULL) {
		fputs(":", out);
		put_escaped(o->arg, "[]:\\", "'\\''", out);
		fputs(takes_file(o) ? ":_files" : takes_format(o) ? ":(table json)" : ": ", out);
	}
	fputs("'", out);
}

static void
zsh(const char *program, const struct wf_completion_verb *verbs, FILE *out)
{
	const struct wf_completion_verb *v;

	fprintf(out, "#compdef %s\n\nlocal -a verbs\nverbs=(\n", program);
	for (v = verbs; v->name != NULL; v++) {
		fprintf(out, "\t'%s:", v->name);
		put_escaped(v->summary, "\\", "'\\''", out);
		fputs("'\n", out);
	}
	fputs(")\nif ((CURRENT == 2)); then\n\t_describe verb verbs\n\treturn\nfi\n"
	      "shift words\n((CURRENT--))\ncase $words[1] in\n",
		out);
	for (v = verbs; v->name != NULL; v++) {
		fprintf(out, "%s)\n\t_arguments", v->name);
		for (const struct wf_option *o = v->options; o->name != NULL; o++)
			zsh_option(o, out);
		fputs(" \\\n\t\t'*:file:_files'\n\t;;\n", out);
	}
	fputs("esac\n", out);
}

static void
fish_option(const char *program, const char *verb, const struct wf_option *o, FILE *out)
{
	fprintf(out, "complete -c %s -n '__fish_seen_subcommand_from %s' -l %s", program, verb,
		o->name);
	if (o->letter != 0)
		fprintf(out, " -s %c", o->letter);
	if (takes_file(o))
		fputs(" -r -F", out);
	else if (takes_format(o))
		fputs(" -x -a 'table json'", out);
	else if (o->arg != NULL)
		fputs(" -x", out);
	fputs(" -d '", out);
	put_escaped(o->help, "\\", "\\'", out);
	fputs("'\n", out);
}

static void
fish(const char *program, const struct wf_completion_verb *verbs, FILE *out)
{
	for (const struct wf_completion_verb *v = verbs; v->name != NULL; v++) {
		fprintf(out, "complete -c %s -n __fish_use_subcommand -f -a %s -d '", program,
			v->name);
		put_escaped(v->summary, "\\", "\\'", out);
		fputs("'\n", out);
		for (const struct wf_option *o = v->options; o->name != NULL; o++)
			fish_option(program, v->name, o, out);
	}
}

int
wf_completion_print(
	const char *shell, const char *program, const struct wf_completion_verb *verbs, FILE *out)
{
	static const struct {
		const char *name;
		void (*print)(const char *, const struct wf_completion_verb *, FILE *);
	} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

	for (size_t i = 0; i < WF_ARRAY_SIZE(shells); i++)
		if (strcmp(shell, shells[i].name) == 0) {
			shells[i].print(program, verbs, out);
			return 0;
		}
	return -EINVAL;
}
