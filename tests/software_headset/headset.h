// Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
// SPDX-License-Identifier: BSD-3-Clause

// What the software headset is doing: the state that `headset.c` lets tests change and `runtime.c` shows as OpenXR.

#pragma once

#define XR_USE_TIMESPEC
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <openxr/openxr.h>
#include <openxr/openxr_platform.h>

#define EXPORT __attribute__((visibility("default")))
#define SIDES 2
#define MESSAGE_SIZE 1024
#define QUEUE_LENGTH 256

typedef struct {
    char bytes[MESSAGE_SIZE];
    uint32_t size;
} Message;

typedef struct {
    Message messages[QUEUE_LENGTH];
    uint32_t first, count;
} Queue;

typedef struct {
    bool active, valid;
    XrPosef pose;
    float trigger;
} Controller;

typedef struct {
    bool active;
    XrPosef joints[XR_HAND_JOINT_COUNT_EXT];
} Hand;

typedef struct {
    pthread_mutex_t lock;
    bool present;      // the runtime has a system
    bool gone;         // the session is lost, and no other can begin
    bool channel_open; // messages pass
    Controller controllers[SIDES];
    Hand hands[SIDES];
    Queue to_application, to_headset;
} Headset;

extern Headset headset;

void headset_lock(void);
void headset_unlock(void);

void queue_put(Queue *queue, const void *bytes, uint32_t size);

// Copies the oldest message out and drops it, if there is room; with no room given, only says how long it is.
uint32_t queue_take(Queue *queue, void *bytes, uint32_t room);
