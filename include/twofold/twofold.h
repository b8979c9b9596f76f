#pragma once
// Everything that needs no tensors. <twofold/lora.h> and <twofold/train.h> expose libtorch's
// tensors.
#include "twofold/chat.h"
#include "twofold/conversation.h"
#include "twofold/error.h"
#include "twofold/export.h"
#include "twofold/inspect.h"
#include "twofold/job.h"
#include "twofold/model.h"
#include "twofold/observer.h"
#include "twofold/preview.h"
#include "twofold/process.h"
#include "twofold/processor.h"
#include "twofold/render.h"
#include "twofold/stop.h"
#include "twofold/tokenizer.h"
#include "twofold/why.h"
