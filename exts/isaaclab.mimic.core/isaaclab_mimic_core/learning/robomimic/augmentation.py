# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Vary images at random while an encoder is trained, all images of a batch at once and each in its own way."""

import torch


def prepared(images: torch.Tensor) -> torch.Tensor:
    """Return bytes (B, H, W, C) as robomimic's networks take them: (B, C, H, W) float32 from 0 to 1."""
    # Only the strides change: convolutions are faster on channels that lie side by side.
    return images.permute(0, 3, 1, 2).float().div_(255.0)


def shifted(images: torch.Tensor, pixels: int, generator: torch.Generator) -> torch.Tensor:
    """Shift each image by whole pixels, up to `pixels` along each axis; the border is repeated.

    Random shifts are those of Kostrikov, Yarats and Fergus, "Image Augmentation Is All You Need" (ICLR 2021).

    Args:
        images: (B, H, W, C).
        pixels: Largest shift.
        generator: Source of random numbers, on the host.
    """
    if pixels == 0:
        return images
    count, height, width, _ = images.shape
    shift = torch.randint(-pixels, pixels + 1, (2, count, 1), generator=generator).to(images.device)
    rows = (torch.arange(height, device=images.device) + shift[0]).clamp_(0, height - 1)
    columns = (torch.arange(width, device=images.device) + shift[1]).clamp_(0, width - 1)
    each = torch.arange(count, device=images.device)[:, None, None]
    return images[each, rows[:, :, None], columns[:, None, :]]


def recoloured(images: torch.Tensor, strength: float, generator: torch.Generator) -> torch.Tensor:
    """Change brightness, contrast and the balance of colours of each image; hues stay, because they tell objects apart.

    Args:
        images: (B, C, H, W) float32 from 0 to 1; changed in place.
        strength: Largest relative change; that of single channels is half as large.
        generator: Source of random numbers, on the host.
    """
    if strength == 0.0:
        return images
    count, channels = images.shape[:2]
    draws = (2.0 * torch.rand(count, 2 + channels, generator=generator) - 1.0).to(images.device)
    contrast = 1.0 + strength * draws[:, :1, None, None]
    gain = (1.0 + strength * draws[:, 1:2]) * (1.0 + 0.5 * strength * draws[:, 2:])
    middle = images.mean(dim=(1, 2, 3), keepdim=True)
    return images.sub_(middle).mul_(contrast).add_(middle).mul_(gain[:, :, None, None]).clamp_(0.0, 1.0)
