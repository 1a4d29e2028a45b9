// Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
// SPDX-License-Identifier: BSD-3-Clause

// What a test can do with the software headset. It loads the library a second time, which is the same copy in the same
// process. Poses are seven numbers: position [m] and quaternion (x, y, z, w), in the stage space of OpenXR.

#include "headset.h"

#include <stdlib.h>
#include <string.h>

Headset headset = {.lock = PTHREAD_MUTEX_INITIALIZER, .present = true, .channel_open = true};

// For commands, which a test cannot reach into.
__attribute__((constructor)) static void look_at_environment(void) { headset.present = !getenv("HEADSET_ABSENT"); }

void headset_lock(void) { pthread_mutex_lock(&headset.lock); }
void headset_unlock(void) { pthread_mutex_unlock(&headset.lock); }

void queue_put(Queue *queue, const void *bytes, uint32_t size) {
    if (queue->count == QUEUE_LENGTH || size > MESSAGE_SIZE) return;
    Message *message = &queue->messages[(queue->first + queue->count++) % QUEUE_LENGTH];
    memcpy(message->bytes, bytes, size);
    message->size = size;
}

uint32_t queue_take(Queue *queue, void *bytes, uint32_t room) {
    if (!queue->count) return 0;
    Message *message = &queue->messages[queue->first];
    if (room < message->size) return message->size;
    memcpy(bytes, message->bytes, message->size);
    queue->first = (queue->first + 1) % QUEUE_LENGTH;
    queue->count--;
    return message->size;
}

static XrPosef pose_of(const float *seven) {
    return (XrPosef){{seven[3], seven[4], seven[5], seven[6]}, {seven[0], seven[1], seven[2]}};
}

EXPORT void headset_reset(void) {
    headset_lock();
    headset.present = headset.channel_open = true;
    headset.gone = false;
    memset(headset.controllers, 0, sizeof(headset.controllers));
    memset(headset.hands, 0, sizeof(headset.hands));
    memset(&headset.to_application, 0, sizeof(Queue));
    memset(&headset.to_headset, 0, sizeof(Queue));
    headset_unlock();
}

// Connects a headset to the runtime before a session begins, or takes it away.
EXPORT void headset_present(int value) { headset.present = value; }

// Ends the running session, as a headset that is switched off does; 0: a new session can begin.
EXPORT void headset_gone(int value) { headset.gone = value; }

// Opens or cuts the message channel.
EXPORT void headset_channel(int open) { headset.channel_open = open; }

EXPORT void headset_controller(int side, int active, int valid, const float *pose, float trigger) {
    headset_lock();
    headset.controllers[side] = (Controller){active, valid, pose_of(pose), trigger};
    headset_unlock();
}

EXPORT void headset_hand(int side, int active, const float *joints) {
    headset_lock();
    headset.hands[side].active = active;
    for (int i = 0; i < XR_HAND_JOINT_COUNT_EXT; i++) headset.hands[side].joints[i] = pose_of(joints + 7 * i);
    headset_unlock();
}

EXPORT void headset_send(const char *bytes, uint32_t size) {
    headset_lock();
    queue_put(&headset.to_application, bytes, size);
    headset_unlock();
}

EXPORT uint32_t headset_receive(char *bytes, uint32_t room) {
    headset_lock();
    uint32_t size = queue_take(&headset.to_headset, bytes, room);
    headset_unlock();
    return size;
}
