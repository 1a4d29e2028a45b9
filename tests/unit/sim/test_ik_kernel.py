# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The inverse kinematics kernel against Isaac Lab's functions, on random robots whose roots are turned."""

import pytest
import torch


@pytest.fixture(scope="module")
def wp():
    from isaaclab_mimic_core.sim.repairs.pinned_memory import allow_pinned_without_cuda

    allow_pinned_without_cuda()
    return pytest.importorskip("warp")


def test_solves_as_isaac_lab_does(wp):
    """200 random states: frames with an offset, centres of mass off the link's origin, half of the targets far away."""
    import isaaclab.utils.math as math_utils
    from isaaclab.controllers import DifferentialIKController, DifferentialIKControllerCfg

    from isaaclab_mimic_core.sim.fused.ik_kernel import solve

    n, bodies, dofs, body, arm = 200, 4, 9, 2, [0, 1, 2, 3, 4, 6, 8]
    torch.manual_seed(0)

    def pose(*shape: int) -> torch.Tensor:
        quat = torch.nn.functional.normalize(torch.randn(*shape, 4), dim=-1)
        return torch.cat([torch.randn(*shape, 3), quat], dim=-1)

    root, links, com = pose(n), pose(n, bodies), 0.1 * pose(n, bodies)
    com[..., 3:] = torch.tensor([0.0, 0.0, 0.0, 1.0])
    # Orthogonal rows: far from singular poses, where rounding would be all that is compared.
    jacobian = torch.linalg.qr(torch.randn(n, bodies - 1, dofs, 6)).Q.transpose(-1, -2).contiguous()
    joints, offset = torch.randn(n, dofs), pose(1)[0]
    offset[:3] *= 0.1

    # Isaac Lab's way: shift the Jacobian to the link's origin, turn it into the root's axes, shift it to the frame.
    frame_pos, frame_quat = math_utils.combine_frame_transforms(
        links[:, body, :3], links[:, body, 3:], offset[:3].repeat(n, 1), offset[3:].repeat(n, 1)
    )
    pos, quat = math_utils.subtract_frame_transforms(root[:, :3], root[:, 3:], frame_pos, frame_quat)
    mine = jacobian[:, body - 1][:, :, arm].clone()
    com_pos = math_utils.quat_apply(links[:, body, 3:], com[:, body, :3]) + links[:, body, :3]
    mine[:, :3] += torch.linalg.cross(mine[:, 3:], (frame_pos - com_pos)[:, :, None].expand(-1, -1, len(arm)), dim=1)
    to_root = math_utils.matrix_from_quat(math_utils.quat_inv(root[:, 3:]))
    mine = torch.cat([to_root @ mine[:, :3], to_root @ mine[:, 3:]], dim=1)
    cfg = DifferentialIKControllerCfg(command_type="pose", use_relative_mode=False, ik_method="dls")
    controller = DifferentialIKController(cfg, num_envs=n, device="cpu")
    controller.set_command(torch.cat([pos + 0.05 * torch.randn(n, 3), pose(n)[:, 3:]], dim=-1))
    expected = joints.clone()
    expected[:, arm] = controller.compute(pos, quat, mine, joints[:, arm])

    target = joints.clone()
    wp.launch(
        solve,
        dim=n,
        inputs=[
            wp.from_torch(root, wp.transformf),
            wp.from_torch(links, wp.transformf),
            wp.from_torch(com, wp.transformf),
            wp.from_torch(jacobian, wp.float32),
            wp.from_torch(joints, wp.float32),
            wp.from_torch(controller.ee_pos_des, wp.vec3f),
            wp.from_torch(controller.ee_quat_des, wp.quatf),
            wp.transformf(wp.vec3f(*offset[:3].tolist()), wp.quatf(*offset[3:].tolist())),
            body,
            body - 1,
            wp.array(arm, dtype=wp.int32, device="cpu"),
            wp.array(arm, dtype=wp.int32, device="cpu"),
            cfg.ik_params["lambda_val"] ** 2,
        ],
        outputs=[wp.from_torch(target, wp.float32)],
        device="cpu",
    )
    assert (expected - joints).abs().max() > 0.5
    torch.testing.assert_close(target, expected, atol=2e-3, rtol=2e-3)
    assert (target - expected).abs().median() < 2e-6
