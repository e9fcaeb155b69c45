/* An intrusive doubly linked list: the links stand inside the items. */
#ifndef SAMOVAR_BASE_LIST_H
#define SAMOVAR_BASE_LIST_H

#include "base/common.h"

/* A list's head, or one item's link. A link that is in no list points at itself. */
struct list {
	struct list *prev, *next;
};

static inline void list_init(struct list *l)
{
	l->prev = l->next = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

/* At the end of the list. */
static inline void list_append(struct list *head, struct list *item)
{
	item->prev = head->prev;
	item->next = head;
	head->prev->next = item;
	head->prev = item;
}

/* At the start of the list. */
static inline void list_prepend(struct list *head, struct list *item)
{
	list_append(head->next, item);
}

/* Out of the list it is in; harmless when it is in none (but list_init it once). */
static inline void list_remove(struct list *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	list_init(item);
}

#define LIST_ITEM(link, type, field) CONTAINER_OF(link, type, field)
#define LIST_FIRST(head, type, field) LIST_ITEM((head)->next, type, field)
/* The loop's item may be removed inside it. */
#define LIST_FOR(item, head, type, field) \
	for (struct list *link_ = (head)->next, *next_ = link_->next; \
		link_ != (head) && ((item) = LIST_ITEM(link_, type, field), true); \
		link_ = next_, next_ = link_->next)

#endif
