# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What somebody at the screen sees of the Mimic window, as plain data; for use in the program that shows it."""


def describe(window) -> dict:
    """Return what is shown now.

    Returns:
        `chosen`: the step in front; `places`: name -> x, y, width, height [px] of what can be clicked; `values`: name
        -> what stands in a field; `state`, `failure`, `saved`, `snapshot`, `said`: of the step's run; `trouble`: what
        is wrong with the form; `data`: of the Dataset panel; `project`: its folder; `rail`: state and text of steps;
        `view`: x, y, width, height [px] of the view of the scene, None without one; `pictured`: whether a picture of
        the scene is in it.
    """
    # Here, because in Kit this module outlives the extension, and must not keep its steps.
    from isaaclab_mimic_ui.steps import SHOWN

    panel, session = window.panels[window.chosen], window.session
    widgets = {f"rail.{name}": item for name, item in window.rail.items.items()}
    shown: dict = {"chosen": window.chosen, "values": {}, "trouble": {}}
    widgets |= {f"stop.{name}": button for name, button in window.rail.jobs.stop_buttons.items()}
    widgets |= {f"show.{name}": button for name, button in window.rail.jobs.show_buttons.items()}
    project = window.workflow.project
    if window.chosen == "start":
        widgets |= {f"field.{name}": field for name, field in panel.fields.items()}
        widgets |= {f"begin.{name}": button for name, button in panel.buttons.items()}
        widgets |= {f"recent.{number}": row for number, row in enumerate(panel.recent_rows)}
        models = {"place": panel.place, "name": panel.name}
        shown["values"] = {f"field.{name}": model.get_value_as_string() for name, model in models.items()}
    elif window.chosen == "dataset":
        widgets |= {"file": panel.chooser.field, "check": panel.buttons.get("check")}
        widgets |= {f"demo.{name}": row for name, row in panel.table.rows.items()}
        widgets |= {f"edit.{name}": field for name, field in panel.edit_card.fields.items()}
        widgets |= {"show": panel.demo.scene.button, "source": panel.demo.scene.beside_button}
        if (signals := panel.demo.signals) is not None:
            widgets |= {"signals": signals.area}
        shown["values"] = {"file": panel.chooser.field.model.get_value_as_string()}
        shown["values"] |= {
            f"edit.{name}": model.get_value_as_string() for name, model in panel.edit_card.models.items()
        }
        shown["data"] = {
            "path": project.shorten(panel.file.summary.get("path", "")),
            "demos": len(panel.file.summary.get("list", ())),
            "done": panel.command.done,
            "failure": panel.failure,
            "row": panel.demo.scene.shown.row,
            "shows": (view := panel.demo.scene.view) is not None and view.canvas.shows_picture,
        }
    elif window.chosen != "keys":
        widgets |= {"start": panel.button, "pause": panel.pause_button, "worker": panel.worker_box}
        widgets |= {"next": panel.next_button}
        widgets |= {f"group.{name}": group for name, group in panel.form.groups.items()}
        widgets |= {f"way.{name}": button for name, button in panel.way_buttons.items()}
        for name, entry in panel.entries.items():
            widgets[f"field.{name}"] = entry.field
            shown["values"][f"field.{name}"] = entry.value
            if entry.problem:
                shown["trouble"][name] = entry.problem
        widgets |= {f"button.{name}": button for name, button in getattr(panel, "buttons", {}).items()}
        if grid := getattr(panel, "grid", None):
            widgets |= {f"cell.{number}": cell for number, cell in enumerate(grid.cells)}
    scene = getattr(panel, "scene", None)
    if scene is not None:
        widgets |= {f"scene.{name}": button for name, button in scene.buttons.items()}
    shown["pictured"] = scene is not None and scene.canvas.shows_picture
    shown["places"] = {
        name: [widget.screen_position_x, widget.screen_position_y, widget.computed_width, widget.computed_height]
        for name, widget in widgets.items()
        if widget is not None and widget.visible and widget.enabled and widget.computed_width > 0
    }
    view = getattr(getattr(scene, "canvas", None), "view", None)
    shown["view"] = [view.screen_position_x, view.screen_position_y, *scene.canvas.size] if view is not None else None
    rail = {name: window.workflow.status(step) for name, step in SHOWN.items()}
    return shown | {
        "project": str(project.folder),
        "rail": {name: [status.state, status.text] for name, status in rail.items()},
        "state": session.state.value,
        "active": session.state.is_active,
        "failure": session.failure,
        "saved": session.saved,
        "snapshot": {name: value for name, value in session.snapshot.items() if name != "progress"},
        "said": [message.text for message in session.messages],
        "evaluations": [[each.success, each.rollouts] for each in session.statistics.evaluations.values()],
        "losses": len(session.statistics.loss.values),
    }
