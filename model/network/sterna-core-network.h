/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef STERNA_CORE_NETWORK_H
#define STERNA_CORE_NETWORK_H

#include "sterna-destination-queue.h"

#include "ns3/object.h"

#include <map>

namespace ns3
{
namespace sterna
{

/**
 * \ingroup sterna
 * The core side of the controller: one queue per destination node, made when first asked for.
 *
 * Every granted transmitter can pull from every queue; the backhaul in between has no limit in
 * rate, only a delay.
 */
class CoreNetwork : public Object
{
  public:
    /// \return the TypeId.
    static TypeId GetTypeId();

    CoreNetwork();
    ~CoreNetwork() override;

    /**
     * \param nodeId id of the destination node
     * \return its queue
     */
    Ptr<DestinationQueue> GetQueue(uint32_t nodeId);

  protected:
    void DoDispose() override;

  private:
    std::map<uint32_t, Ptr<DestinationQueue>> m_queues; ///< By node id.
    Time m_backhaulDelay;                               ///< Given to queues when they are made.
};

} // namespace sterna
} // namespace ns3

#endif /* STERNA_CORE_NETWORK_H */
