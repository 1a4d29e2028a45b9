// Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
// SPDX-License-Identifier: BSD-3-Clause

// An OpenXR runtime in software: a headset without optics, for tests.
//
// It knows what Isaac Teleop asks of a runtime: a session without graphics, two motion controllers, two hands and a
// message channel. Names and layouts are those of the OpenXR 1.0 specification and of the extensions
// XR_NV_opaque_data_channel and XR_NVX1_action_context.

#include "headset.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// -- the loader's handshake and the extensions that Debian's headers do not know

typedef struct {
    uint32_t structType, structVersion;
    size_t structSize;
    uint32_t minInterfaceVersion, maxInterfaceVersion;
    XrVersion minApiVersion, maxApiVersion;
} LoaderInfo;

typedef struct {
    uint32_t structType, structVersion;
    size_t structSize;
    uint32_t runtimeInterfaceVersion;
    XrVersion runtimeApiVersion;
    PFN_xrGetInstanceProcAddr getInstanceProcAddr;
} RuntimeRequest;

typedef struct {
    XrStructureType type;
    void *next;
    int state;
} ChannelState;

typedef struct {
    XrStructureType type;
    void *next;
    XrBool32 interactionProfileChanged;
} SyncState2;

enum { CHANNEL_CONNECTED = 1, CHANNEL_DISCONNECTED = 3 };
#define ERROR_CHANNEL_NOT_CONNECTED ((XrResult)-1000526001)

// -- objects behind OpenXR's handles. Nothing here lives long: they are given back when the process ends.

typedef struct {
    char name[XR_MAX_ACTION_NAME_SIZE];
} Action;

typedef struct {
    const Action *action; // NULL: a reference space
    int side;
} Space;

static int token; // what handles point to that have nothing of their own
#define TOKEN(type) ((type)(void *)&token)

static char *paths[256];
static uint32_t num_paths;

static const char *name_of(XrPath path) { return path && path <= num_paths ? paths[path - 1] : ""; }
static int side_of(XrPath path) { return strcmp(name_of(path), "/user/hand/right") == 0; }
static bool is(XrAction action, const char *name) { return strcmp(((Action *)action)->name, name) == 0; }

// -- OpenXR: instance and system

static const char *const extensions[] = {
    "XR_MND_headless",           "XR_EXTX_overlay",       "XR_KHR_convert_timespec_time", "XR_EXT_hand_tracking",
    "XR_NV_opaque_data_channel", "XR_NVX1_action_context", "XR_MNDX_xdev_space",
};

static XrResult xrEnumerateInstanceExtensionProperties_(const char *layer, uint32_t room, uint32_t *count,
                                                        XrExtensionProperties *properties) {
    (void)layer;
    *count = COUNT(extensions);
    if (!room) return XR_SUCCESS;
    if (room < *count) return XR_ERROR_SIZE_INSUFFICIENT;
    for (uint32_t i = 0; i < *count; i++) {
        strcpy(properties[i].extensionName, extensions[i]);
        properties[i].extensionVersion = 1;
    }
    return XR_SUCCESS;
}

static XrResult xrCreateInstance_(const XrInstanceCreateInfo *info, XrInstance *instance) {
    for (uint32_t i = 0; i < info->enabledExtensionCount; i++) {
        bool known = false;
        for (size_t j = 0; j < COUNT(extensions); j++)
            known |= strcmp(info->enabledExtensionNames[i], extensions[j]) == 0;
        if (!known) return XR_ERROR_EXTENSION_NOT_PRESENT;
    }
    *instance = TOKEN(XrInstance);
    return XR_SUCCESS;
}

static XrResult xrGetInstanceProperties_(XrInstance instance, XrInstanceProperties *properties) {
    (void)instance;
    properties->runtimeVersion = XR_MAKE_VERSION(1, 0, 0);
    strcpy(properties->runtimeName, "Software headset for tests");
    return XR_SUCCESS;
}

static XrResult xrGetSystem_(XrInstance instance, const XrSystemGetInfo *info, XrSystemId *system) {
    (void)instance, (void)info;
    *system = 1;
    return headset.present ? XR_SUCCESS : XR_ERROR_FORM_FACTOR_UNAVAILABLE;
}

static XrResult xrGetSystemProperties_(XrInstance instance, XrSystemId system, XrSystemProperties *properties) {
    (void)instance, (void)system;
    strcpy(properties->systemName, "Software headset");
    for (XrBaseOutStructure *next = properties->next; next; next = next->next)
        if (next->type == XR_TYPE_SYSTEM_HAND_TRACKING_PROPERTIES_EXT)
            ((XrSystemHandTrackingPropertiesEXT *)next)->supportsHandTracking = XR_TRUE;
    return XR_SUCCESS;
}

static XrResult xrEnumerateViewConfigurations_(XrInstance instance, XrSystemId system, uint32_t room, uint32_t *count,
                                               XrViewConfigurationType *types) {
    (void)instance, (void)system;
    *count = 1;
    if (room) types[0] = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO;
    return XR_SUCCESS;
}

static XrResult xrPollEvent_(XrInstance instance, XrEventDataBuffer *event) {
    (void)instance, (void)event;
    return XR_EVENT_UNAVAILABLE;
}

static XrResult xrStringToPath_(XrInstance instance, const char *string, XrPath *path) {
    (void)instance;
    for (uint32_t i = 0; i < num_paths; i++)
        if (strcmp(paths[i], string) == 0) return *path = i + 1, XR_SUCCESS;
    if (num_paths == COUNT(paths)) return XR_ERROR_PATH_COUNT_EXCEEDED;
    paths[num_paths++] = strdup(string);
    *path = num_paths;
    return XR_SUCCESS;
}

// OpenXR's clock is CLOCK_MONOTONIC here.
static XrResult xrConvertTimespecTimeToTimeKHR_(XrInstance instance, const struct timespec *when, XrTime *time) {
    (void)instance;
    *time = (XrTime)when->tv_sec * 1000000000 + when->tv_nsec;
    return XR_SUCCESS;
}

static XrResult xrConvertTimeToTimespecTimeKHR_(XrInstance instance, XrTime time, struct timespec *when) {
    (void)instance;
    *when = (struct timespec){time / 1000000000, time % 1000000000};
    return XR_SUCCESS;
}

// -- session and spaces

static XrResult xrCreateSession_(XrInstance instance, const XrSessionCreateInfo *info, XrSession *session) {
    (void)instance, (void)info;
    if (headset.gone) return XR_ERROR_RUNTIME_UNAVAILABLE;
    *session = TOKEN(XrSession);
    return XR_SUCCESS;
}

static XrResult xrCreateReferenceSpace_(XrSession session, const XrReferenceSpaceCreateInfo *info, XrSpace *space) {
    (void)session, (void)info;
    *space = (XrSpace)calloc(1, sizeof(Space));
    return XR_SUCCESS;
}

static XrResult xrCreateActionSpace_(XrSession session, const XrActionSpaceCreateInfo *info, XrSpace *space) {
    (void)session;
    Space *made = calloc(1, sizeof(Space));
    *made = (Space){(Action *)info->action, side_of(info->subactionPath)};
    *space = (XrSpace)made;
    return XR_SUCCESS;
}

static XrResult xrDestroySpace_(XrSpace space) {
    free(space);
    return XR_SUCCESS;
}

static XrResult xrLocateSpace_(XrSpace space, XrSpace base, XrTime time, XrSpaceLocation *location) {
    (void)base, (void)time;
    const Space *asked = (Space *)space;
    headset_lock();
    const Controller *controller = &headset.controllers[asked->side];
    location->locationFlags = 0;
    location->pose = (XrPosef){{0, 0, 0, 1}, {0, 0, 0}};
    if (!asked->action || controller->valid) {
        location->locationFlags = XR_SPACE_LOCATION_POSITION_VALID_BIT | XR_SPACE_LOCATION_ORIENTATION_VALID_BIT;
        if (asked->action) location->pose = controller->pose;
    }
    headset_unlock();
    return XR_SUCCESS;
}

// -- actions

static XrResult xrCreateAction_(XrActionSet set, const XrActionCreateInfo *info, XrAction *action) {
    (void)set;
    Action *made = calloc(1, sizeof(Action));
    strcpy(made->name, info->actionName);
    *action = (XrAction)made;
    return XR_SUCCESS;
}

static XrResult xrSyncActions2NV_(XrSession session, const void *info, SyncState2 *state) {
    (void)session, (void)info;
    state->interactionProfileChanged = XR_FALSE;
    return headset.gone ? XR_ERROR_SESSION_LOST : XR_SUCCESS;
}

static XrResult xrGetActionStatePose_(XrSession session, const XrActionStateGetInfo *info, XrActionStatePose *state) {
    (void)session;
    headset_lock();
    state->isActive = headset.controllers[side_of(info->subactionPath)].active;
    headset_unlock();
    return XR_SUCCESS;
}

static XrResult xrGetActionStateFloat_(XrSession session, const XrActionStateGetInfo *info, XrActionStateFloat *state) {
    (void)session;
    headset_lock();
    const Controller *controller = &headset.controllers[side_of(info->subactionPath)];
    state->isActive = controller->active;
    state->currentState = is(info->action, "trigger_value") ? controller->trigger : 0.0f;
    headset_unlock();
    return XR_SUCCESS;
}

static XrResult xrGetActionStateBoolean_(XrSession session, const XrActionStateGetInfo *info,
                                         XrActionStateBoolean *state) {
    (void)session, (void)info;
    state->isActive = state->currentState = XR_FALSE;
    return XR_SUCCESS;
}

static XrResult xrGetActionStateVector2f_(XrSession session, const XrActionStateGetInfo *info,
                                          XrActionStateVector2f *state) {
    (void)session, (void)info;
    state->isActive = XR_FALSE;
    return XR_SUCCESS;
}

// -- hands

static XrResult xrCreateHandTrackerEXT_(XrSession session, const XrHandTrackerCreateInfoEXT *info,
                                        XrHandTrackerEXT *tracker) {
    (void)session;
    Hand **made = calloc(1, sizeof(Hand *));
    *made = &headset.hands[info->hand == XR_HAND_RIGHT_EXT];
    *tracker = (XrHandTrackerEXT)made;
    return XR_SUCCESS;
}

static XrResult xrDestroyHandTrackerEXT_(XrHandTrackerEXT tracker) {
    free(tracker);
    return XR_SUCCESS;
}

static XrResult xrLocateHandJointsEXT_(XrHandTrackerEXT tracker, const XrHandJointsLocateInfoEXT *info,
                                       XrHandJointLocationsEXT *locations) {
    (void)info;
    headset_lock();
    const Hand *hand = *(Hand **)tracker;
    locations->isActive = hand->active;
    for (uint32_t i = 0; i < locations->jointCount; i++) {
        XrHandJointLocationEXT *joint = &locations->jointLocations[i];
        joint->locationFlags = XR_SPACE_LOCATION_POSITION_VALID_BIT | XR_SPACE_LOCATION_ORIENTATION_VALID_BIT;
        joint->pose = hand->joints[i];
        joint->radius = 0.01f;
    }
    headset_unlock();
    return XR_SUCCESS;
}

// -- XR_NV_opaque_data_channel: one channel

static XrResult xrCreateOpaqueDataChannelNV_(XrInstance instance, const void *info, void **channel) {
    (void)instance, (void)info;
    *channel = &token;
    return XR_SUCCESS;
}

static XrResult xrGetOpaqueDataChannelStateNV_(void *channel, ChannelState *state) {
    (void)channel;
    state->state = headset.channel_open ? CHANNEL_CONNECTED : CHANNEL_DISCONNECTED;
    return XR_SUCCESS;
}

static XrResult xrSendOpaqueDataChannelNV_(void *channel, uint32_t size, const uint8_t *bytes) {
    (void)channel;
    if (!headset.channel_open) return ERROR_CHANNEL_NOT_CONNECTED;
    headset_lock();
    queue_put(&headset.to_headset, bytes, size);
    headset_unlock();
    return XR_SUCCESS;
}

static XrResult xrReceiveOpaqueDataChannelNV_(void *channel, uint32_t room, uint32_t *size, uint8_t *bytes) {
    (void)channel;
    if (!headset.channel_open) return ERROR_CHANNEL_NOT_CONNECTED;
    headset_lock();
    *size = queue_take(&headset.to_application, bytes, room);
    headset_unlock();
    return XR_SUCCESS;
}

// -- what needs nothing done: handles that are made or given back, whatever they are

static XrResult created(void *parent, const void *info, void **handle) {
    (void)parent, (void)info;
    *handle = &token;
    return XR_SUCCESS;
}

static XrResult done(void *handle) {
    (void)handle;
    return XR_SUCCESS;
}

static XrResult done_with(void *handle, const void *info) {
    (void)handle, (void)info;
    return XR_SUCCESS;
}

static XrResult xrGetInstanceProcAddr_(XrInstance instance, const char *name, PFN_xrVoidFunction *function);

#define IS(name) {#name, (PFN_xrVoidFunction)name##_}
static const struct {
    const char *name;
    PFN_xrVoidFunction function;
} functions[] = {
    IS(xrGetInstanceProcAddr),
    IS(xrEnumerateInstanceExtensionProperties),
    IS(xrCreateInstance),
    IS(xrGetInstanceProperties),
    IS(xrGetSystem),
    IS(xrGetSystemProperties),
    IS(xrEnumerateViewConfigurations),
    IS(xrPollEvent),
    IS(xrStringToPath),
    IS(xrConvertTimespecTimeToTimeKHR),
    IS(xrConvertTimeToTimespecTimeKHR),
    IS(xrCreateSession),
    IS(xrCreateReferenceSpace),
    IS(xrCreateActionSpace),
    IS(xrDestroySpace),
    IS(xrLocateSpace),
    IS(xrCreateAction),
    IS(xrSyncActions2NV),
    IS(xrGetActionStatePose),
    IS(xrGetActionStateFloat),
    IS(xrGetActionStateBoolean),
    IS(xrGetActionStateVector2f),
    IS(xrCreateHandTrackerEXT),
    IS(xrDestroyHandTrackerEXT),
    IS(xrLocateHandJointsEXT),
    IS(xrCreateOpaqueDataChannelNV),
    IS(xrGetOpaqueDataChannelStateNV),
    IS(xrSendOpaqueDataChannelNV),
    IS(xrReceiveOpaqueDataChannelNV),
    {"xrCreateInstanceActionContextNV", (PFN_xrVoidFunction)created},
    {"xrCreateSessionActionContextNV", (PFN_xrVoidFunction)created},
    {"xrDestroyInstanceActionContextNV", (PFN_xrVoidFunction)done},
    {"xrDestroySessionActionContextNV", (PFN_xrVoidFunction)done},
    {"xrShutdownOpaqueDataChannelNV", (PFN_xrVoidFunction)done},
    {"xrDestroyOpaqueDataChannelNV", (PFN_xrVoidFunction)done},
    {"xrBeginSession", (PFN_xrVoidFunction)done_with},
    {"xrCreateActionSet", (PFN_xrVoidFunction)created},
    {"xrSuggestInteractionProfileBindings", (PFN_xrVoidFunction)done_with},
    {"xrAttachSessionActionSets", (PFN_xrVoidFunction)done_with},
    {"xrDestroyInstance", (PFN_xrVoidFunction)done},
    {"xrDestroySession", (PFN_xrVoidFunction)done},
    {"xrEndSession", (PFN_xrVoidFunction)done},
    {"xrDestroyActionSet", (PFN_xrVoidFunction)done},
    {"xrDestroyAction", (PFN_xrVoidFunction)done},
    {"xrSyncActions", (PFN_xrVoidFunction)done_with},
    {"xrStopHapticFeedback", (PFN_xrVoidFunction)done_with},
};

static XrResult xrGetInstanceProcAddr_(XrInstance instance, const char *name, PFN_xrVoidFunction *function) {
    (void)instance;
    for (size_t i = 0; i < COUNT(functions); i++)
        if (strcmp(functions[i].name, name) == 0) return *function = functions[i].function, XR_SUCCESS;
    *function = NULL;
    return XR_ERROR_FUNCTION_UNSUPPORTED;
}

EXPORT XrResult xrNegotiateLoaderRuntimeInterface(const LoaderInfo *loader, RuntimeRequest *request) {
    request->runtimeInterfaceVersion = loader->maxInterfaceVersion;
    request->runtimeApiVersion = XR_CURRENT_API_VERSION;
    request->getInstanceProcAddr = (PFN_xrGetInstanceProcAddr)xrGetInstanceProcAddr_;
    return XR_SUCCESS;
}
