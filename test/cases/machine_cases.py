# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Machines as people have them: homes, paths, shells and environments that ./dlnet has to do with."""
import os
import re
import shutil
import stat
import subprocess
import tempfile
import unittest

from context import ROOT, attempt, refused, run

# Stand-ins for what takes long, or changes the machine. Ninja's builds a file with the launcher that
# CMake was told, as the real one does.
TOOLS = {
    "dpkg-query": """for package; do [[ $package == -* || $package == \\$* ]] || echo "installed $package"; done""",
    "apt-get": "echo 'nothing was to be installed' >&2; exit 1",
    "cmake": """printf '%s\\n' "$@" >>"$DLNET_LOG"
while (($#)); do
  case $1 in
  -B) build=$2 ;;
  -DDLNET_*=ON) options+=("${1#-D}") ;;
  esac
  shift
done
: >|"$build/build.ninja"
for option in "${options[@]}"; do echo "${option%=ON}:BOOL=ON"; done >|"$build/CMakeCache.txt" """,
    "ninja": """[[ $1 == -C ]] && cd -- "$2" && pwd >>"$DLNET_LOG"
echo 'int answer;' >|answer.c
rm -f answer.o
ccache cc -c answer.c -o answer.o""",
}


class Tree(unittest.TestCase):
    """A tree with ./dlnet and stand-ins for the tools that it calls."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        self.home = os.path.join(self.folder, "home")
        os.mkdir(self.home)
        self.tools = os.path.join(self.folder, "tools")
        os.mkdir(self.tools)
        for name, text in TOOLS.items():
            path = os.path.join(self.tools, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write("#!/bin/bash -p\n" + text + "\n")
            os.chmod(path, 0o755)
        self.log = os.path.join(self.folder, "log")
        self.plant("tree")

    def plant(self, *parts):
        self.tree = os.path.join(self.folder, *parts)
        os.makedirs(self.tree)
        self.dlnet = shutil.copy(os.path.join(ROOT, "dlnet"), self.tree)

    def environment(self, **changes):
        values = {**os.environ, "PATH": self.tools + os.pathsep + os.environ["PATH"], "HOME": self.home,
                  "DLNET_LOG": self.log, **changes}
        for name in ("CCACHE_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
            if name not in changes:
                values.pop(name, None)
        return {name: value for name, value in values.items() if value is not None}

    def build(self, *, program=None, cwd=None, **changes):
        """./dlnet build; what was said on standard error."""
        if os.path.exists(self.log):
            os.remove(self.log)
        done = attempt(program or self.dlnet, "build", env=self.environment(**changes), cwd=cwd)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(os.path.isfile(os.path.join(self.tree, "build", "answer.o")))
        return done.stderr

    def logged(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read().splitlines()


class Homes(Tree):
    def test_a_home_of_ones_own(self):
        self.assertNotIn("build/ccache", self.build())
        self.assertFalse(os.path.exists(os.path.join(self.tree, "build", "ccache")))

    def test_a_home_that_cannot_be_written(self):
        # Not even root can make a folder in /proc; with a file in its place, nobody can.
        file = os.path.join(self.folder, "file")
        with open(file, "w", encoding="utf-8"):
            pass
        os.symlink(file, os.path.join(self.home, ".cache"))
        for home in ("/proc", os.path.join(self.folder, "file", "none"), self.home):
            with self.subTest(home=home):
                shutil.rmtree(os.path.join(self.tree, "build"), ignore_errors=True)
                self.assertIn("build/ccache", self.build(HOME=home))
                self.assertTrue(os.path.isdir(os.path.join(self.tree, "build", "ccache")))

    def test_a_cache_that_cannot_be_written(self):
        self.assertIn("build/ccache", self.build(CCACHE_DIR="/proc/cache"))

    def test_a_configuration_that_cannot_be_read(self):
        os.makedirs(os.path.join(self.home, ".config", "ccache", "ccache.conf"))
        self.build()

    def test_no_home(self):
        self.build(HOME=None)


class Places(Tree):
    def test_names_that_shells_trip_over(self):
        for name in ("with  blanks", "größe", "it's", "$HOME", "a\"b", "-n", "*", "d" * 200):
            with self.subTest(name=name):
                self.plant(name, name)
                self.build()
                self.assertIn(self.tree, self.logged())
                self.assertEqual(self.logged()[-1], os.path.join(self.tree, "build"))

    def test_from_another_folder_and_through_a_link(self):
        links = os.path.join(self.folder, "links")
        os.mkdir(links)
        os.symlink(self.dlnet, os.path.join(links, "dlnet"))
        os.symlink(self.tree, os.path.join(links, "tree"))
        for program, cwd in (("./dlnet", links), ("tree/dlnet", links), ("../tree/dlnet", self.home), (self.dlnet, "/")):
            with self.subTest(program=program):
                shutil.rmtree(os.path.join(self.tree, "build"), ignore_errors=True)
                self.build(program=program, cwd=cwd)
                self.assertEqual(self.logged()[-1], os.path.join(self.tree, "build"))


class Shells(Tree):
    def test_options_and_variables_of_the_caller(self):
        for changes in ({"SHELLOPTS": "noclobber:noglob:posix:nounset"}, {"BASHOPTS": "failglob:nocasematch"},
                        {"CDPATH": "/:/tmp"}, {"GREP_OPTIONS": "--color=always --invert-match"},
                        {"POSIXLY_CORRECT": "1"}, {"LC_ALL": "C"}, {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"},
                        {"LANG": None, "LC_ALL": None}, {"TZ": "Asia/Kathmandu"}, {"TMPDIR": self.home},
                        {"TERM": None}, {"IFS": "/"}):
            with self.subTest(**changes):
                self.build(**changes)
                again = self.build(**changes)
                self.assertNotIn("configuring", again)

    def test_a_narrow_umask(self):
        before = os.umask(0o077)
        try:
            self.build()
        finally:
            os.umask(before)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.tree, "build")).st_mode), 0o700)

    def test_packages_are_installed_for_everyone(self):
        """A package's files are read by other users, whatever the umask of who installs it."""
        for name, text in (("dpkg-query", ""), ("apt-cache", ""), ("sudo", '"$@"'),
                           ("apt-get", 'umask >>"$DLNET_LOG"')):
            with open(os.path.join(self.tools, name), "w", encoding="utf-8") as file:
                file.write("#!/bin/bash -p\n" + text + "\n")
            os.chmod(os.path.join(self.tools, name), 0o755)
        before = os.umask(0o077)
        try:
            self.build()
        finally:
            os.umask(before)
        self.assertEqual(self.logged()[0], "0022")


class Arguments(Tree):
    def test_mistakes(self):
        for arguments, text in (((), "which command"), (("",), ""), (("tset",), "unknown command 'tset'"),
                                (("build", "all"), "unknown argument 'all'"), (("demo", "--battery"), "needs a value"),
                                (("demo", "--at", "x"), "is no cycle"), (("demo", "--at", ""), ""),
                                (("demo", "--battery", ""), ""),
                                (("demo", "--battery", "none.csv"), "none.csv: no file that can be read"),
                                (("bare", "--frobnicate"), "unknown option '--frobnicate'"),
                                (("bare", "--report"), "--report needs a file")):
            with self.subTest(arguments=arguments):
                message = refused(os.path.join(ROOT, "dlnet"), *arguments, env=self.environment())
                self.assertRegex(message, "(?m)^dlnet: error: .*" + re.escape(text))

    def test_where_no_machine_can_be_made(self):
        """bare says why, and ends with a status of its own, by which .ci/run knows."""
        command = [os.path.join(ROOT, "dlnet"), "bare", "--check"]
        environment = self.environment()
        for name in ("unshare", "setpriv"):
            path = os.path.join(self.tools, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"#!/bin/sh\necho '{name}: not permitted' >&2\nexit 1\n")
            os.chmod(path, 0o755)
        done = attempt(*command, env=environment)
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertRegex(done.stderr, "dlnet: error: no bare machine can be made here: "
                                      "(that needs root|debootstrap is missing|setpriv: not permitted)")


@unittest.skipUnless(shutil.which("dpkg-query"), "not a Debian")
class Packages(unittest.TestCase):
    """What developers have installed for something else may not carry the README or the tests."""

    # What debootstrap's smallest variant has, and what a clone needs.
    BASE = {"apt", "git", "ca-certificates"}

    @classmethod
    def setUpClass(cls):
        cls.needs, provided = {}, {}
        with open(os.path.join(ROOT, "dlnet"), encoding="utf-8") as file:
            lists = re.findall(r"^\w+_packages=\((.*?)\)$", file.read(), re.M | re.S)
        wanted = {word for text in lists for word in text.split() if word[0].isalnum()}
        assert {"cmake", "make", "g++"} <= wanted, wanted
        for line in run("dpkg-query", "-W", "-f", "${Package}\\t${Priority}\\t${Essential}\\t${Provides}\\t"
                        "${Pre-Depends},${Depends}\\n").splitlines():
            package, priority, essential, provides, depends = line.split("\t")
            cls.needs[package] = re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9.+-]+)", depends)
            for name in re.findall(r"(?:^|,)\s*([a-z0-9][a-z0-9.+-]+)", provides):
                provided.setdefault(name, []).append(package)
            if essential == "yes" or priority == "required":
                wanted.add(package)
        cls.allowed, todo = set(), list(wanted | cls.BASE)
        while todo:
            package = todo.pop()
            if package in cls.allowed:
                continue
            cls.allowed.add(package)
            todo += cls.needs.get(package, provided.get(package, []))

    def check(self, tool, where):
        path = shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin")
        if not path:
            return
        real = os.path.realpath(path)
        for name in (real, real.removeprefix("/usr")):
            found = attempt("dpkg-query", "-S", name)
            if found.returncode == 0:
                packages = {owner.split(":")[0] for owner in found.stdout.split(": ")[0].split(", ")}
                self.assertTrue(packages & self.allowed, f"{where} calls {tool}, of {packages}, which ./dlnet does "
                                "not list and nothing that it lists depends on")
                return

    @staticmethod
    def tree(*endings):
        for path in run("git", "-c", "safe.directory=*", "-C", ROOT, "ls-files").splitlines():
            if path.endswith(endings):
                with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                    yield path, file.read()

    def test_commands_that_readmes_tell_to_type(self):
        checked = set()
        for path, text in self.tree("README.md"):
            for block in re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S):
                tools = set(re.findall(r"(?<![\w./-])[a-z][\w+-]*(?![\w./=-])", block))
                if re.search(r"^cmake (?!.*-G)", block, re.M):
                    tools.add("make")  # CMake's own choice
                for tool in tools - checked:
                    self.check(tool, path)
                checked |= tools
        self.assertLessEqual({"cmake", "make", "cc", "arm-none-eabi-gcc"}, checked)

    def test_tools_that_tests_and_builds_call(self):
        checked = set()
        for path, text in self.tree(".py", "CMakeLists.txt"):
            tools = set(re.findall(r"""(?:run|attempt|output|Popen|which|check_call)\(\[?\s*["']([\w.+-]+)["']""", text))
            tools |= set(re.findall(r"find_program\(\w+ (?:NAMES )?([\w.+-]+)", text))
            for tool in tools - checked:
                self.check(tool, path)
            checked |= tools
        self.assertLessEqual({"cmake", "gcc", "qemu-system-arm", "chromedriver", "cppcheck"}, checked)
