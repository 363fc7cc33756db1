"""The benchmarks that are fetched: their files, at a commit, with what they must hold."""

from __future__ import annotations

import msgspec

from perftui.download.model import Wanted

_HUMANEVAL = "https://raw.githubusercontent.com/openai/human-eval/6d43fb980f9fee3c892a914eda09951f772ad10d"
_HUMANEVAL_PLUS = "https://raw.githubusercontent.com/evalplus/humanevalplus_release/200defce9e3429d28ca215b6dd061c0f7f31c18b"
_MBPP = (
    "https://raw.githubusercontent.com/google-research/google-research/"
    "f82046ba5aabbbb427dbfd38a254d26bff08b533/mbpp"
)
_MBPP_PLUS = (
    "https://raw.githubusercontent.com/evalplus/mbppplus_release/dadf43da556a00f7bacd71cb154f2932757d9144"
)
_APPS = "https://huggingface.co/datasets/codeparrot/apps/resolve/21e74ddf8de1a21436da12e3e653065c5213e9d1"
_COFFE = (
    "https://raw.githubusercontent.com/JohnnyPeng18/Coffe/7979acb4f2b11cba6c81f3149f64f14a7931955f/datasets"
)


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A benchmark of one file or of several.

    Attributes:
        name: as the command line names it.
        what: what it is, in a few words.
        publisher: the address of its home, for a person.
        licence: an SPDX identifier.
        files: by name.
        benchmark: the benchmark that it is a form of, where that has another name.
    """

    name: str
    what: str
    publisher: str
    licence: str
    files: dict[str, Wanted]
    benchmark: str = ""

    @property
    def size(self) -> int:
        """Of all its files, in bytes, unpacked."""
        return sum(file.size for file in self.files.values())

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of files, and not one file."""
        return len(self.files) > 1


# APPS is taken as JSON lines from its mirror at Hugging Face, of which a commit can be named, and not as the
# authors' archive, which has no version and is unpacked into 40,000 files. The checksums of APPS are those
# that others recorded of that commit; all others were taken of the files themselves.
PUBLISHED = (
    Published(
        name="humaneval",
        what="HumanEval, 164 problems",
        publisher="https://github.com/openai/human-eval",
        licence="MIT",
        files={
            "HumanEval.jsonl.gz": Wanted(
                url=f"{_HUMANEVAL}/data/HumanEval.jsonl.gz",
                sha256="1d49078ba3e2b196b9344535bef34a43021f038fad9561d6ee7c53450609a6a2",
                size=214_438,
            ),
        },
    ),
    Published(
        name="humaneval+",
        what="HumanEval+ of EvalPlus, 164 problems",
        publisher="https://github.com/evalplus/humanevalplus_release",
        licence="Apache-2.0",
        files={
            "HumanEvalPlus.jsonl.gz": Wanted(
                url=f"{_HUMANEVAL_PLUS}/HumanEvalPlus.jsonl.gz",
                sha256="42526ec0e7d5f3ee0b06d6ced98f8c8bae3d76519151bfb3d36f79010645bd7f",
                size=7_714_666,
            ),
        },
    ),
    Published(
        name="mbpp",
        what="MBPP, full, 974 problems",
        publisher="https://github.com/google-research/google-research/tree/master/mbpp",
        licence="CC-BY-4.0",
        files={
            "mbpp.jsonl": Wanted(
                url=f"{_MBPP}/mbpp.jsonl",
                sha256="ccf64ceae9c5403bf50a044cb6d505bfd2a2963ee58338ba268fd65beab92a9f",
                size=563_743,
            ),
        },
    ),
    Published(
        name="mbpp-sanitised",
        benchmark="mbpp",
        what="MBPP, sanitised, 427 problems",
        publisher="https://github.com/google-research/google-research/tree/master/mbpp",
        licence="CC-BY-4.0",
        files={
            "sanitized-mbpp.json": Wanted(
                url=f"{_MBPP}/sanitized-mbpp.json",
                sha256="ca95deaa9a01ef0a6f439f88bcf0dd3db3563d22f22aad6cae04ebb9a8d8c8e9",
                size=255_053,
            ),
        },
    ),
    Published(
        name="mbpp+",
        what="MBPP+ of EvalPlus, 378 problems",
        publisher="https://github.com/evalplus/mbppplus_release",
        licence="Apache-2.0",
        files={
            "MbppPlus-OriginFmt.jsonl.gz": Wanted(
                url=f"{_MBPP_PLUS}/MbppPlus-OriginFmt.jsonl.gz",
                sha256="132d01c96df6b4b0fe0cbb8414092fe62c51b873b160d1ec8fc2ded28484865a",
                size=4_888_511,
            ),
        },
    ),
    Published(
        name="coffe-humaneval",
        what="COFFE on HumanEval, 164 problems",
        publisher="https://github.com/JohnnyPeng18/Coffe",
        licence="Apache-2.0",
        files={
            "best_solutions.json": Wanted(
                url=f"{_COFFE}/openai_humaneval/best_solutions.json",
                sha256="19c96f451f37d6d317e814b7b56ab0da8cefa8a0cfe1e8bfdc66dfcb13ca8711",
                size=191_275,
            ),
            "data.jsonl": Wanted(
                url=f"{_COFFE}/openai_humaneval/data.jsonl",
                sha256="e5e528bd8376acea1b1ba52c780ccae1040a90e835a657b930ea1bd534d87a5d",
                size=213_205,
            ),
            "stressful_testcases.json": Wanted(
                url=f"{_COFFE}/openai_humaneval/stressful_testcases.json",
                sha256="3315a483c07c7efeeece642cdb25b2b7a46efa07600e483da39f5cf370f2fce2",
                size=175_086,
            ),
            "testcases.json": Wanted(
                url=f"{_COFFE}/openai_humaneval/testcases.json",
                sha256="271f717054b42c1d3dd0b1bfed39fc35f2b9d1f2135f7467d72ae6908efcd810",
                size=431_593,
            ),
        },
    ),
    Published(
        name="coffe-mbpp",
        what="COFFE on MBPP, 234 problems",
        publisher="https://github.com/JohnnyPeng18/Coffe",
        licence="Apache-2.0",
        files={
            "best_solutions.json": Wanted(
                url=f"{_COFFE}/mbpp/best_solutions.json",
                sha256="b65b830d656ce272df5eb5c3879284bf305178c2b7462a65ad7c3c63591a1247",
                size=100_055,
            ),
            "data.jsonl": Wanted(
                url=f"{_COFFE}/mbpp/data.jsonl",
                sha256="951886b779450535b5e76de317758ee46609e4cadf56c2ebea98a0abf32071ea",
                size=135_791,
            ),
            "stressful_testcases.json": Wanted(
                url=f"{_COFFE}/mbpp/stressful_testcases.json",
                sha256="638196bead66a9c4fa4272eb2e45fd24cdf9b5167e9d1918767894d7e11bc7a5",
                size=196_990,
            ),
            "testcases.json": Wanted(
                url=f"{_COFFE}/mbpp/testcases.json",
                sha256="aac7588c2aaea103e77bf016f9614a390073475bea8cae7972d1b8e56f87269c",
                size=290_540,
            ),
        },
    ),
    Published(
        name="coffe-function",
        what="COFFE on functions, 398 problems",
        publisher="https://github.com/JohnnyPeng18/Coffe",
        licence="Apache-2.0",
        files={
            "best_solutions.json": Wanted(
                url=f"{_COFFE}/function/best_solutions.json",
                sha256="df6da2908a8e34c8402e66097ba2e47ddc5ca8393c0a078be5a77a7e3aec309b",
                size=291_328,
            ),
            "data.json": Wanted(
                url=f"{_COFFE}/function/data.json",
                sha256="8624cae7b5309bbc7c2a53689f56e95cd944635d9f6e600af3c94541c3d2cc12",
                size=719_549,
            ),
            "stressful_testcases.json": Wanted(
                url=f"{_COFFE}/function/stressful_testcases.json",
                sha256="0fcefc0e69fba1aac29ee95e737e6df4b32a57b6712586aeb337de140672fd0b",
                size=372_074,
            ),
            "testcases.json": Wanted(
                url=f"{_COFFE}/function/testcases.json",
                sha256="9ad16ab33da6e27808de3cef7e9bc11b5dbdc9bdc2f0ca4b40f5209f0d511c6b",
                size=722_131,
            ),
        },
    ),
    Published(
        name="coffe-file",
        what="COFFE on stdin programs, 358 problems",
        publisher="https://github.com/JohnnyPeng18/Coffe",
        licence="Apache-2.0",
        files={
            "best_solutions.json": Wanted(
                url=f"{_COFFE}/file/best_solutions.json",
                sha256="ea7f682aaef88ee139417a0a196548d5e1ed7545c77d4f3c940b8a4ea74ac03c",
                size=630_592,
            ),
            "data.json": Wanted(
                url=f"{_COFFE}/file/data.json",
                sha256="ce73a682cfb7f88fec0594f3a4d15e2647162a2214b9ee8cd58aa2ce060c3ef8",
                size=552_214,
            ),
            "prompts.json": Wanted(
                url=f"{_COFFE}/file/prompts.json",
                sha256="ed319b444163e89eeb708b9d0dabed19f966e5a3554641df976dab3b6aa44fe5",
                size=526_748,
            ),
            "stressful_testcases.json": Wanted(
                url=f"{_COFFE}/file/stressful_testcases.json",
                sha256="bfb10854ec9d04664da362869d078819827a05d0fb99e3cea8ff094fbfd483f0",
                size=1_907_238,
            ),
        },
    ),
    Published(
        name="apps-train",
        benchmark="apps",
        what="APPS, training split, 5,000 problems",
        publisher="https://huggingface.co/datasets/codeparrot/apps",
        licence="MIT",
        files={
            "train.jsonl": Wanted(
                url=f"{_APPS}/train.jsonl",
                sha256="45e82ef22ed8e7c0c04d881a21b923e9dd233157896b0b8d5b3493e887499cae",
                size=107_101_272,
            ),
        },
    ),
    Published(
        name="apps",
        what="APPS, test split, 5,000 problems",
        publisher="https://huggingface.co/datasets/codeparrot/apps",
        licence="MIT",
        files={
            "test.jsonl": Wanted(
                url=f"{_APPS}/test.jsonl",
                sha256="5b003a65ac40feb47dd5eaec267a767a6fc435bdcfa68ff715fe869f948e760c",
                size=1_292_436_853,
            ),
        },
    ),
)
"""In the order in which all of them are fetched: the largest comes last."""

BY_NAME = {one.name: one for one in PUBLISHED}
