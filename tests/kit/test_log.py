# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The log of a run keeps its end in view, unless somebody reads."""

from harness import in_kit

TEXT = "a message that is wrapped in a narrow window, and in a very narrow one more often. "


@in_kit(enable=["isaaclab.mimic.ui"])
def test_the_log_keeps_its_end_in_view(kit, tmp_path):
    import omni.ui as ui

    from isaaclab_mimic_ui.running.messages import Message, MessageLog
    from isaaclab_mimic_ui.widgets import style
    from isaaclab_mimic_ui.widgets.log import Log

    window = ui.Window("Log", width=500, height=140, position_x=50, position_y=50)
    window.frame.set_style(style.STYLE)
    with window.frame:
        log = Log(0, lambda: None, lambda: None, share=1)
    messages, scroll = MessageLog(), log._scroll

    def place(more: int = 0) -> tuple[float, bool]:
        """Add messages, and say how far it is scrolled [px], and whether that is the end."""
        for number in range(more):
            messages.add(Message(number, TEXT * (1 + number % 2)))
        for _ in range(8):
            log.show(messages)
            kit.update()
        return scroll.scroll_y, scroll.scroll_y == scroll.scroll_y_max

    assert place(more=30)[1]
    window.width = 250
    narrow, at_end = place()
    assert at_end and narrow > 500
    scroll.scroll_y = 10
    assert place() == (10, False) == place(more=1), "somebody reads"
    window.width = 500
    assert place() == (10, False)
    scroll.scroll_y = scroll.scroll_y_max
    kit.update(2)
    assert place(more=1)[1]
    window.destroy()
