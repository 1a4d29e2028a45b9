-- Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
-- SPDX-License-Identifier: BSD-3-Clause

-- The folder's name is the extension's name; its version stands in config/extension.toml.
local ext = get_current_extension_info()

-- Links config/ by itself. The licence is ours, not the NVIDIA template that it would copy.
project_ext(ext, { copy_nvidia_ext_licence = false })

repo_build.prebuild_link {
    { "data", ext.target_dir.."/data" },
    { "docs", ext.target_dir.."/docs" },
    { "isaaclab_mimic_ui", ext.target_dir.."/isaaclab_mimic_ui" },
}
