"""Files: written, planted, changed, locked."""

from __future__ import annotations

from tests.attacks.catalogue import Attack, body, calls, tries

_LEAK = "/tmp/perftui-leak"


def _refused(name: str, attempt: str, row: str = "6 files", imports: str = "os") -> Attack:
    return Attack(name=name, row=row, program=tries(attempt, imports))


ATTACKS = (
    _refused("a file in /tmp", f"open('{_LEAK}', 'w')", "2.9"),
    _refused("a file in /dev/shm", "open('/dev/shm/perftui-leak', 'w')", "2.9"),
    _refused("a file in /", "open('/perftui-leak', 'x')"),
    _refused("a file here", "open('perftui-leak', 'a')"),
    _refused("a file in /etc", "open('/etc/perftui-leak', 'w')"),
    _refused("a file of the system changed", "open('/etc/passwd', 'a')"),
    _refused("a file of the system emptied", "os.truncate('/etc/passwd', 0)"),
    _refused("a module beside the library's", "open(os.path.dirname(os.__file__) + '/perftui_leak.py', 'w')",
             "2.22"),
    _refused("a module of the library changed", "open(os.__file__, 'r+')", "2.22"),
    _refused("bytecode of its own", "py_compile.compile(os.__file__, doraise=True)", "2.9",
             "os, py_compile"),
    _refused("the sandbox's own code", "open('/opt/perfbox/codec.py', 'r+')"),
    _refused("a folder", f"os.mkdir('{_LEAK}')"),
    _refused("a deep tree", f"os.makedirs('{_LEAK}' + '/a' * 500)", "2.27"),
    _refused("a link", f"os.link('/etc/passwd', '{_LEAK}')"),
    _refused("a symbolic link", f"os.symlink('/etc/passwd', '{_LEAK}')", "2.27"),
    _refused("a link gone", "os.unlink('/etc/passwd')"),
    _refused("another name", "os.rename('/etc/passwd', '/etc/passwd2')"),
    _refused("a pipe with a name", f"os.mkfifo('{_LEAK}')", "2.27"),
    _refused("a device", f"os.mknod('{_LEAK}', 0o20666, 0x0103)", "2.27"),
    _refused("permissions", "os.chmod('/etc/passwd', 0o4777)"),
    _refused("an owner", "os.chown('/etc/passwd', os.getuid(), -1)"),
    _refused("times", "os.utime('/etc/passwd')", "2.9"),
    _refused("attributes", "os.setxattr('/etc/passwd', 'user.mail', b'x')", "2.9"),
    _refused("a file without a name", "os.open('/tmp', os.O_TMPFILE | os.O_RDWR)", "2.9"),
    _refused("a temporary file", "tempfile.mkstemp()", imports="tempfile"),
    _refused("a sparse file of a terabyte", f"os.truncate(os.open('{_LEAK}', os.O_CREAT | os.O_WRONLY), 1 << 40)",
             "2.27"),
    _refused("a file in memory", "os.memfd_create('mailbox')", "2.9"),
    _refused("a lock", "fcntl.flock(os.open('/etc/passwd', os.O_RDONLY), fcntl.LOCK_SH)", "2.9", "fcntl, os"),
    _refused("a lock of a range", "fcntl.lockf(os.open('/etc/passwd', os.O_RDONLY), fcntl.LOCK_SH)", "2.9",
             "fcntl, os"),
    _refused("a lease", "fcntl.fcntl(os.open('/etc/passwd', os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK)",
             "2.9", "fcntl, os"),
    _refused("word of changes", "fcntl.fcntl(os.open('/etc', os.O_RDONLY), fcntl.F_NOTIFY, 1)", "2.9",
             "fcntl, os"),
    Attack(name="a watch on files", row="2.9", program=calls("libc.inotify_init()")),
    _refused("a file mapped to be written", "mmap.mmap(os.open(os.__file__, os.O_RDONLY), 4096,"
             " mmap.MAP_SHARED, mmap.PROT_WRITE)", imports="mmap, os"),
    _refused("a name of its process", "open('/proc/self/comm', 'w')"),
    _refused("kernel settings", "open('/proc/sys/kernel/core_pattern', 'w')"),
    _refused("a control group", "os.mkdir('/sys/fs/cgroup/memory/own')"),
    _refused("the raw disk", "[open(d, 'rb') for d in ('/dev/sda', '/dev/vda', '/dev/mem', '/dev/kmsg')]"),
    _refused("printed text that grows a file", "os.ftruncate(1, 1 << 30)"),
    Attack(name="a database", row="6 files", program=body("""
        def attempt():
            try:
                import sqlite3
            except ImportError:
                return 'not here'
            try:
                sqlite3.connect('/tmp/perftui-leak.db').execute('create table t (x)')
            except sqlite3.Error:
                return 'refused'
        def f(x):
            return 2 * x if attempt() else 'it was let do it'
        """)),
)  # fmt: skip
