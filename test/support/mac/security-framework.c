/*
 * The four functions of macOS's Security framework that PiKeep calls, with the types of Security/Authorization.h. What
 * arrives is written to the file that PIKEEP_TEST_AUTHORIZATION names; a right that contains "cancel" or "deny" is
 * answered as a user who does that.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int32_t OSStatus;
typedef uint32_t AuthorizationFlags;
typedef struct { const char *name; size_t valueLength; void *value; uint32_t flags; } AuthorizationItem;
typedef struct { uint32_t count; AuthorizationItem *items; } AuthorizationItemSet;
typedef struct { char bytes[32]; } AuthorizationExternalForm;
struct Reference { int number; };
typedef struct Reference *AuthorizationRef;

static int created;

static void note(const char *text) {
  const char *path = getenv("PIKEEP_TEST_AUTHORIZATION");
  FILE *file = path ? fopen(path, "a") : NULL;
  if (!file) return;
  fprintf(file, "%s\n", text);
  fclose(file);
}

OSStatus AuthorizationCreate(const AuthorizationItemSet *rights, const AuthorizationItemSet *environment,
                             AuthorizationFlags flags, AuthorizationRef *authorization) {
  char line[4096];
  if (rights->count != 1 || environment->count != 1) return -60001;
  const AuthorizationItem *right = &rights->items[0], *prompt = &environment->items[0];
  snprintf(line, sizeof line, "create %s valueLength=%zu value=%d %s=%.*s flags=%u", right->name, right->valueLength,
           right->value != NULL, prompt->name, (int)prompt->valueLength, (const char *)prompt->value, flags);
  note(line);
  if (strstr(right->name, "cancel")) return -60006;
  if (strstr(right->name, "deny")) return -60005;
  if (strstr(right->name, "odd")) return -60008;
  *authorization = malloc(sizeof(struct Reference));
  (*authorization)->number = ++created;
  return 0;
}

OSStatus AuthorizationMakeExternalForm(AuthorizationRef authorization, AuthorizationExternalForm *form) {
  memset(form->bytes, authorization->number, sizeof form->bytes);
  return 0;
}

OSStatus AuthorizationFree(AuthorizationRef authorization, AuthorizationFlags flags) {
  char line[64];
  snprintf(line, sizeof line, "free %d flags=%u", authorization->number, flags);
  note(line);
  free(authorization);
  return 0;
}
