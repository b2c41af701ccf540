"""The sentence encoder against PyTorch's own transformer, and its word pieces."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from hypograph.agents.local.encoder import SentenceEncoder, load_encoder
from hypograph.models.core.errors import InputError, MissingFileError

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "alloy", "##s", "strong", "er", "##bium", "-", "cafe", "3", "."]
WIDTH, HEADS, INNER, LAYERS = 16, 2, 24, 2


def safetensors(tensors: dict[str, np.ndarray]) -> bytes:
    header, body = {}, b""
    for name, tensor in tensors.items():
        raw = tensor.astype(np.float32).tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def tensors() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (32, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
    }
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        parts = {f"attention.self.{n}": (WIDTH, WIDTH) for n in ("query", "key", "value")}
        parts |= {"attention.output.dense": (WIDTH, WIDTH), "intermediate.dense": (INNER, WIDTH)}
        parts["output.dense"] = (WIDTH, INNER)
        for name, shape in parts.items():
            shapes |= {f"{at}{name}.weight": shape, f"{at}{name}.bias": shape[:1]}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{at}{name}.weight": (WIDTH,), f"{at}{name}.bias": (WIDTH,)}
    return {name: rng.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.safetensors").write_bytes(safetensors(tensors()))
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS), "utf-8")
    (tmp_path / "config.json").write_text(json.dumps({"num_attention_heads": HEADS, "layer_norm_eps": 1e-12}), "utf-8")
    return tmp_path


def by_torch(encoder: SentenceEncoder, text: str) -> np.ndarray:
    """One text alone through PyTorch's post-norm encoder with the same weights."""
    import torch

    w = {name: torch.tensor(value) for name, value in encoder.weights.items()}
    ids = torch.tensor(encoder.tokens(text))
    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: len(ids)]
    x = x + w["embeddings.token_type_embeddings.weight"][0]
    norm = w["embeddings.LayerNorm.weight"], w["embeddings.LayerNorm.bias"]
    x = torch.nn.functional.layer_norm(x, (WIDTH,), *norm, eps=1e-12)[None]
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        made = torch.nn.TransformerEncoderLayer(WIDTH, HEADS, INNER, 0.0, "gelu", 1e-12, batch_first=True).eval()
        inputs = [f"{at}attention.self.{n}" for n in ("query", "key", "value")]
        state = {
            "self_attn.in_proj_weight": torch.cat([w[f"{n}.weight"] for n in inputs]),
            "self_attn.in_proj_bias": torch.cat([w[f"{n}.bias"] for n in inputs]),
        }
        names = {
            "self_attn.out_proj": "attention.output.dense",
            "linear1": "intermediate.dense",
            "linear2": "output.dense",
            "norm1": "attention.output.LayerNorm",
            "norm2": "output.LayerNorm",
        }
        for theirs, ours in names.items():
            state |= {f"{theirs}.{end}": w[f"{at}{ours}.{end}"] for end in ("weight", "bias")}
        made.load_state_dict(state)
        with torch.no_grad():
            x = made(x)
    pooled = x[0].mean(dim=0).numpy()
    return np.asarray(pooled / np.linalg.norm(pooled))


@pytest.mark.slow
def test_vectors_are_those_of_pytorch_whatever_stands_beside_them(folder: Path) -> None:
    encoder = load_encoder(folder)
    texts = ["alloys", "strong alloy erbium - 3.", "", "strong strong alloys"]
    found = encoder(texts)
    assert found.shape == (4, WIDTH)
    for text, vector in zip(texts, found, strict=True):
        np.testing.assert_allclose(vector, by_torch(encoder, text), atol=2e-6)
    np.testing.assert_allclose(encoder(texts[::-1]), found[::-1], atol=1e-6)
    assert encoder([]).shape == (0, WIDTH)


def test_word_pieces_are_the_longest_first(folder: Path) -> None:
    encoder = load_encoder(folder)
    spelt = [WORDS[i] for i in encoder.tokens("Alloys, Érbium-CAFÉ 3.x")]
    assert spelt == ["[CLS]", "alloy", "##s", "[UNK]", "er", "##bium", "-", "cafe", "3", ".", "[UNK]", "[SEP]"]
    assert len(encoder.tokens("alloys " * 1000)) == 256


def test_an_encoder_is_read_from_a_wheel_and_faults_are_named(folder: Path, tmp_path: Path) -> None:
    packed = tmp_path / "model.whl"
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("data/1_Pooling/config.json", "{}")
        for name in ("config.json", "vocab.txt", "model.safetensors"):
            file.writestr(f"data/model/{name}", (folder / name).read_bytes())
    np.testing.assert_array_equal(load_encoder(packed)(["alloy"]), load_encoder(folder)(["alloy"]))
    with pytest.raises(MissingFileError):
        load_encoder(tmp_path / "none")
    with pytest.raises(MissingFileError):
        load_encoder(Path("/dev/zero"))  # it has no end
    (folder / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    with pytest.raises(InputError, match="no sentence encoder"):
        load_encoder(folder)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK nonsense")
    with pytest.raises(InputError, match="no sentence encoder"):
        load_encoder(broken)
