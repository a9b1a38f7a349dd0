/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-fixed-course-mobility-model.h"

#include "ns3/log.h"
#include "ns3/sterna-error.h"

#include <sstream>

namespace ns3
{
namespace sterna
{

NS_LOG_COMPONENT_DEFINE("SternaFixedCourseMobilityModel");

NS_OBJECT_ENSURE_REGISTERED(FixedCourseMobilityModel);

TypeId
FixedCourseMobilityModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::sterna::FixedCourseMobilityModel")
                            .SetParent<MobilityModel>()
                            .SetGroupName("Sterna");
    return tid;
}

void
FixedCourseMobilityModel::DoSetPosition(const Vector& position)
{
    NS_LOG_FUNCTION(this << position);
    if (position == Vector(0.0, 0.0, 0.0))
    {
        return;
    }
    std::ostringstream sentence;
    sentence << "Position (" << position.x << ", " << position.y << ", " << position.z
             << ") cannot be set on a " << GetInstanceTypeId().GetName()
             << "; change its orbit or its track.";
    throw InputError(sentence.str());
}

} // namespace sterna
} // namespace ns3
